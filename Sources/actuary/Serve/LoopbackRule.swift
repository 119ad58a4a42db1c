import Glibc

/// The rule for servers without keys: whoever can connect may use it, so only this machine may connect.
enum LoopbackRule {
    /// Checks the address to listen on.
    ///
    /// - Throws: `CommandFailure.badConfiguration` for any address or name that is not loopback.
    static func check(host: String) throws(CommandFailure) {
        guard !isLoopback(host) else { return }
        throw .badConfiguration(
            "server.host is \(host), but the server has no keys and would be open to everybody: "
                + "create one with 'actuary account create' and 'actuary key create', or use 127.0.0.1, ::1 or localhost"
        )
    }

    /// Whether an address is in 127.0.0.0/8 or is ::1, or the name is `localhost`; other names may lead anywhere.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        let literal = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var six = in6_addr()
        guard inet_pton(AF_INET6, literal, &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
}
