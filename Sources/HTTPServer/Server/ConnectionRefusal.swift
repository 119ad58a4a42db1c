package import HTTPTypes

/// The limit for which a connection is refused.
package enum ConnectionRefusal: Sendable, Equatable {
    /// One address has as many connections as it may.
    case addressFull(limit: Int)
    /// The server has as many connections as it may.
    case serverFull(limit: Int)

    /// The status that answers.
    package var status: HTTPResponse.Status {
        switch self {
        case .addressFull: .tooManyRequests
        case .serverFull: .serviceUnavailable
        }
    }

    /// A stable word for the error body's `code`.
    package var code: String {
        switch self {
        case .addressFull: "too_many_connections"
        case .serverFull: "server_full"
        }
    }

    /// The limit under which it is counted.
    var limit: ServerLimit {
        switch self {
        case .addressFull: .connectionsPerAddress
        case .serverFull: .connections
        }
    }

    /// One sentence for the error body.
    package var message: String {
        switch self {
        case .addressFull(let limit): "This address already has \(limit) connections open, the most it may have."
        case .serverFull(let limit): "The server already has \(limit) connections open, the most it may have."
        }
    }
}
