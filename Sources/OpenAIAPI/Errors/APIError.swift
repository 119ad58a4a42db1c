import OrderedJSON

/// What a client is told when its request fails: the only error that leaves the server.
///
/// The other rooms have errors of their own; `Gateway` translates each of them into one of these.
package struct APIError: Error, Equatable, Sendable {
    /// Whose fault it is, in the words of OpenAI's `type`.
    package enum Kind: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request_error"
        case server = "server_error"
        case authentication = "authentication_error"
        case permission = "permission_error"
        case rateLimit = "rate_limit_error"
        /// OpenAI's word for an account without money.
        case quota = "insufficient_quota"
    }

    /// The HTTP status that goes with it.
    package let status: Int
    package let type: Kind
    /// A stable word for programs.
    package let code: String?
    /// The path of the parameter at fault, for example `messages[2].content[0].type`.
    package let param: String?
    /// One or two sentences for a person: what is wrong and what to do.
    package let message: String
    /// After how many seconds another attempt makes sense, where waiting helps.
    package let retryAfterSeconds: Int?
    /// Whether client libraries should try again; `nil` leaves it to their rule for the status.
    package let shouldRetry: Bool?
    /// More header fields, such as the state of a limit.
    private var otherFields: [HeaderField] = []

    /// The longest message and the longest `param`, in Unicode scalars: both may quote what the client sent.
    static let maxTextLength = 1000

    package init(
        status: Int,
        type: Kind,
        code: String? = nil,
        param: String? = nil,
        message: String,
        retryAfterSeconds: Int? = nil,
        shouldRetry: Bool? = nil
    ) {
        self.status = status
        self.type = type
        self.code = code
        self.param = param.map { Quotation.cut($0, to: APIError.maxTextLength) }
        self.message = Quotation.cut(message, to: APIError.maxTextLength)
        self.retryAfterSeconds = retryAfterSeconds
        self.shouldRetry = shouldRetry
    }

    /// The body `{"error":{"message","type","param","code"}}`, all four keys always.
    package var body: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Appends the body to `bytes`; in a stream the same bytes are the data of the error event.
    package func append(to bytes: inout [UInt8]) {
        bytes.json(#"{"error":{"message":"#)
        bytes.json(string: message)
        bytes.json(#","type":"#)
        bytes.json(string: type.rawValue)
        bytes.json(#","param":"#)
        bytes.json(string: param)
        bytes.json(#","code":"#)
        bytes.json(string: code)
        bytes.json("}}")
    }

    /// The header fields that tell a client library whether and when to try again.
    package var headerFields: [HeaderField] {
        var fields = otherFields
        if let retryAfterSeconds { fields.append(HeaderField("retry-after", String(retryAfterSeconds))) }
        if let shouldRetry { fields.append(HeaderField("x-should-retry", shouldRetry ? "true" : "false")) }
        return fields
    }

    /// The same with more header fields.
    package func with(_ fields: [HeaderField]) -> APIError {
        var copy = self
        copy.otherFields += fields
        return copy
    }
}
