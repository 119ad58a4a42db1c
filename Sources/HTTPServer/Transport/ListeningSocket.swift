import Glibc

/// Opens sockets that listen.
enum ListeningSocket {
    /// Binds to the first address of a host that can be bound, IPv4 first.
    ///
    /// - Parameters:
    ///   - host: An IPv4 or IPv6 literal, with or without brackets, or a host name.
    ///   - port: The port; 0 for any.
    /// - Returns: A nonblocking descriptor and the address it really has.
    /// - Throws: The reason why the last address that was tried cannot be used.
    static func open(host: String, port: UInt16) throws(TransportError) -> (Int32, BoundAddress) {
        var failure = TransportError.unresolvableHost(host, reason: "no address")
        for candidate in try resolve(host: host, port: port) {
            do throws(TransportError) {
                return try listen(on: candidate, host: host, port: port)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private struct Candidate {
        let family: Int32
        let address: [UInt8]
    }

    private static func resolve(host: String, port: UInt16) throws(TransportError) -> [Candidate] {
        var name = host
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, String(port), &hints, &list)
        guard code == 0 else { throw .unresolvableHost(host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var candidates: [Candidate] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = info.ai_addr, info.ai_family == AF_INET || info.ai_family == AF_INET6 {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
                candidates.append(Candidate(family: info.ai_family, address: Array(bytes)))
            }
            entry = info.ai_next
        }
        return candidates.filter { $0.family == AF_INET } + candidates.filter { $0.family == AF_INET6 }
    }

    private static func listen(
        on candidate: Candidate,
        host: String,
        port: UInt16
    ) throws(TransportError) -> (Int32, BoundAddress) {
        let descriptor = socket(candidate.family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket", host, port) }
        Socket.makeNonblocking(descriptor)
        // A restarted server must not wait for the old connections' TIME_WAIT.
        Socket.setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        let bound = candidate.address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard bound == 0 else { throw closing(descriptor, failure("bind", host, port)) }
        guard Glibc.listen(descriptor, 4096) == 0 else { throw closing(descriptor, failure("listen", host, port)) }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &length) }
        }
        guard named == 0 else { throw closing(descriptor, failure("getsockname", host, port)) }
        let address = PeerAddress(storage)
        return (descriptor, BoundAddress(host: address.text, port: address.port))
    }

    private static func failure(_ call: String, _ host: String, _ port: UInt16) -> TransportError {
        switch errno {
        case EADDRINUSE: .addressInUse(host: host, port: port)
        case EACCES: .permissionDenied(host: host, port: port)
        case let code: .cannotListen(host: host, port: port, call: call, code: code)
        }
    }

    private static func closing(_ descriptor: Int32, _ error: TransportError) -> TransportError {
        close(descriptor)
        return error
    }
}
