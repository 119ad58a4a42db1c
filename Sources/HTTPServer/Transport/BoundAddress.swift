/// Where a server listens.
package struct BoundAddress: Sendable, Equatable {
    /// The literal IPv4 or IPv6 address, without brackets.
    package let host: String

    /// The port, never 0.
    package let port: UInt16

    /// The address as it stands in a URL, with brackets around IPv6.
    package var authority: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
