/// What happened to one request, for logs and metrics; it holds no query, fields or bodies.
package struct RequestRecord: Sendable, Equatable {
    /// How an exchange ended.
    package enum Outcome: Sendable, Equatable {
        /// The whole response was handed to the socket's buffer.
        case completed
        /// The server itself refused the request; the word is the error body's `code`.
        case rejected(code: String)
        /// The client went away before its response was complete.
        case clientGone
        /// The handler, a limit or the end of a drain broke the response off.
        case aborted
    }

    /// The id that the response carried.
    package var requestID: String

    /// The client's address.
    package var peerAddress: String

    /// The method; nil if the request could not be read so far.
    package var method: String?

    /// The path; nil if the request could not be read so far.
    package var path: String?

    /// The pattern of the route, fit to label metrics; nil if none matched.
    package var route: String?

    /// The status that was sent; nil if there was none.
    package var status: Int?

    /// The bytes of the response body, without its framing.
    package var bodyBytes: Int

    /// The time from the whole head to the end.
    package var duration: Duration

    /// How it ended.
    package var outcome: Outcome
}
