import Glibc

/// The address of a client, as text and as the key under which its connections are counted.
struct PeerAddress: Sendable, Equatable {
    /// The literal address without port; IPv4 in IPv6 is shown as IPv4.
    let text: String

    /// Equal for clients that share a limit: the IPv4 address, or the /64 network that one IPv6 site has.
    let group: String

    /// The port.
    let port: UInt16

    /// Reads what `accept` or `getsockname` stored.
    init(_ storage: sockaddr_storage) {
        var storage = storage
        if Int32(storage.ss_family) == AF_INET6 {
            let address = withUnsafeBytes(of: &storage) { $0.loadUnaligned(as: sockaddr_in6.self) }
            port = UInt16(bigEndian: address.sin6_port)
            let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
            if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
                text = bytes[12...].map { String($0) }.joined(separator: ".")
                group = text
            } else {
                var raw = address.sin6_addr
                text = Self.format(AF_INET6, &raw)
                group = bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":") + "/64"
            }
        } else {
            let address = withUnsafeBytes(of: &storage) { $0.loadUnaligned(as: sockaddr_in.self) }
            port = UInt16(bigEndian: address.sin_port)
            var raw = address.sin_addr
            text = Self.format(AF_INET, &raw)
            group = text
        }
    }

    private static func format(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, address, &buffer, socklen_t(buffer.count)) != nil else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
