/// What the server reports to logs while it runs.
package enum ServerEvent: Sendable {
    /// An exchange ended.
    case request(RequestRecord)
    /// A connection was refused because of a limit.
    case connectionRefused(peerAddress: String, ConnectionRefusal)
    /// A client that speaks no TLS, or not ours, was let go.
    case handshakeFailed(peerAddress: String, reason: String)
    /// The system could not accept a connection, with this `errno`; accepting pauses for a moment.
    case acceptFailed(code: Int32)
}
