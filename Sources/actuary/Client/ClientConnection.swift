import COpenSSL
import Glibc
import Synchronization

/// A blocking connection to a server, with TLS if its address says so.
///
/// One thread opens, sends, receives and closes; `cancel` may be called from any other.
final class ClientConnection: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var isCancelled = false
    }

    /// Servers comment into silent streams, and an answer that is not streamed may have to wait for its turn.
    private static let silenceMax = 600
    private static let bufferBytes = 64 * 1024

    private let address: ServerAddress
    private let state = Mutex(State())
    private let session = Mutex(ClientTLS?.none)

    init(_ address: ServerAddress) { self.address = address }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Ends whatever the connection waits for.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            if state.descriptor >= 0 { shutdown(state.descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Connects to the first address of the host that answers.
    func open() throws(ClientError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, String(address.port), &hints, &list)
        guard status == 0 else { throw .unreachable(address, reason: String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var reason = "it has no address"
        var next = list
        while let info = next?.pointee {
            let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
            if descriptor >= 0, adopt(descriptor), connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 {
                if address.isSecure { try secure(descriptor) }
                return
            }
            reason = String(cString: strerror(errno))
            close()
            next = info.ai_next
        }
        throw .unreachable(address, reason: reason)
    }

    func send(_ bytes: [UInt8]) throws(ClientError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write($0) }
            guard count > 0 else { throw .unreachable(address, reason: problem) }
            rest.removeFirst(count)
        }
    }

    /// Waits for the next bytes.
    ///
    /// - Parameter hasBegun: Whether some of the answer has come.
    /// - Returns: The bytes; none at the connection's end.
    /// - Throws: `ClientError` if the connection is lost or silent for too long.
    func receive(hasBegun: Bool) throws(ClientError) -> [UInt8] {
        let (bytes, error) = withUnsafeTemporaryAllocation(byteCount: Self.bufferBytes, alignment: 16) { buffer in
            let count = read(buffer)
            return (Array(buffer.prefix(max(0, count))), count < 0 ? errno : 0)
        }
        switch error {
        case 0: return bytes
        case EAGAIN: throw .timedOut(address)
        default:
            let reason = String(cString: strerror(error))
            throw hasBegun ? .brokenOff(address, reason: reason) : .unreachable(address, reason: reason)
        }
    }

    func close() {
        session.withLock { $0 = nil }
        state.withLock { state in
            if state.descriptor >= 0 { Glibc.close(state.descriptor) }
            state.descriptor = -1
        }
    }

    private func adopt(_ descriptor: Int32) -> Bool {
        var silence = timeval(tv_sec: Self.silenceMax, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &silence, socklen_t(MemoryLayout<timeval>.size))
        var isOn: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return state.withLock { state in
            state.descriptor = descriptor
            return !state.isCancelled
        }
    }

    private func secure(_ descriptor: Int32) throws(ClientError) {
        do {
            let tls = try ClientTLS(descriptor, host: address.host)
            session.withLock { $0 = tls }
        } catch {
            throw .unreachable(address, reason: error.reason)
        }
    }

    private var problem: String { String(cString: strerror(errno)) }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let tls = session.withLock({ $0 }) { return tls.write(bytes) }
        let descriptor = state.withLock { $0.descriptor }
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        if let tls = session.withLock({ $0 }) { return tls.read(buffer) }
        let descriptor = state.withLock { $0.descriptor }
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 || errno != EINTR { return count }
        }
    }
}
