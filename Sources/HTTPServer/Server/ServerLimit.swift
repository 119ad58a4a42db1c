/// A bound on what one client may take, as counted when a client runs into it.
package enum ServerLimit: String, Sendable, Equatable, CaseIterable {
    /// Connections of one address.
    case connectionsPerAddress = "connections_per_address"
    /// Connections in all.
    case connections
    /// Time for a TLS handshake.
    case handshakeTime = "tls_handshake_time"
    /// Time for a whole request head.
    case headTime = "head_time"
    /// Bytes of a request line or head.
    case headBytes = "head_bytes"
    /// Header fields of a request.
    case headFields = "head_fields"
    /// Bytes of a request body, decoded.
    case bodyBytes = "body_bytes"
    /// Lowest rate of a request body.
    case bodyRate = "body_rate"
    /// Time between requests.
    case idleTime = "idle_time"
    /// Time in which a client takes none of its response, or does not catch up with a stream.
    case writeTime = "write_time"
    /// Bytes of a stream that wait for a slow reader.
    case streamBuffer = "stream_buffer"
}

extension HTTPParseError {
    /// The limit that the request was over; nil if it was wrong for another reason.
    var limit: ServerLimit? {
        switch self {
        case .headTooLarge, .requestLineTooLong, .trailersTooLarge: .headBytes
        case .tooManyFields: .headFields
        case .bodyTooLarge: .bodyBytes
        default: nil
        }
    }
}
