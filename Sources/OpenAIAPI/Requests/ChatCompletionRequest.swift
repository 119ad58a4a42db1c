package import OrderedJSON

/// The body of `POST /v1/chat/completions`, checked.
package struct ChatCompletionRequest: Sendable, Equatable {
    /// The model asked for; `nil` is the one that is served.
    package var model: String?
    /// At least one message to answer, each an object as `ConversationReader` leaves it.
    ///
    /// `content` is always there, a string or an array of `{"type":"text","text"}` parts.
    package var messages: [JSONValue]
    /// `stream`.
    package var isStreaming: Bool
    /// `stream_options.include_usage`.
    package var includesUsage: Bool
    /// `n`.
    package var choiceCount: Int
    /// `max_completion_tokens`, or its older name `max_tokens`.
    package var maxCompletionTokens: Int?
    /// Texts that end the answer; none is empty.
    package var stop: [String]
    /// `service_tier`: `default`, `flex` or `priority`.
    package var serviceTier: String
    package var sampling: SamplingOptions
    package var thinking: ThinkingOptions
    /// The paths of fields that had no effect, for the header `x-actuary-ignored`.
    package var ignoredFields: [String]

    /// The most choices of one request unless the server is set otherwise.
    package static let standardMaxChoices = 16

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: The bytes as they came.
    ///   - maxChoices: The largest `n` this server allows.
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8], maxChoices: Int = standardMaxChoices) throws(APIError) {
        try self.init(try ParameterReader.parse(body), maxChoices: maxChoices)
    }

    /// Reads a body that is parsed already.
    package init(_ body: JSONValue, maxChoices: Int = standardMaxChoices) throws(APIError) {
        let (fields, ignored) = try ParameterReader.read(body, ChatParameters.completion)
        try self.init(fields: fields, ignored: ignored, maxChoices: maxChoices)
    }

    /// Takes what a table of `ChatParameters` accepted, and checks what concerns several fields.
    init(fields: JSONObject, ignored: [String], maxChoices: Int) throws(APIError) {
        model = fields["model"]?.string
        messages = try ConversationReader.messages(fields["messages"]?.array ?? [])
        isStreaming = fields["stream"]?.bool ?? false
        includesUsage = fields["stream_options"]?["include_usage"]?.bool ?? false
        choiceCount = fields["n"]?.integer ?? 1
        maxCompletionTokens = try Self.completionLimit(fields)
        stop = fields["stop"].map { $0.string.map { [$0] } ?? $0.array?.compactMap(\.string) ?? [] } ?? []
        serviceTier = Self.serviceTier(fields["service_tier"]?.string)
        sampling = SamplingOptions(fields)
        thinking = ThinkingOptions(fields)
        ignoredFields = ignored
        guard fields["stream_options"] == nil || isStreaming else {
            throw .invalidRequest(
                "'stream_options' is only allowed together with 'stream': true.",
                param: "stream_options",
                code: "invalid_value"
            )
        }
        guard choiceCount <= maxChoices else {
            throw .invalidRequest(
                "'n' may be at most \(maxChoices) on this server, but was \(choiceCount).",
                param: "n",
                code: "invalid_value"
            )
        }
    }

    /// The class behind the names that clients know.
    private static func serviceTier(_ name: String?) -> String {
        switch name {
        case "flex": "flex"
        case "priority", "fast": "priority"
        default: "default"
        }
    }

    private static func completionLimit(_ fields: JSONObject) throws(APIError) -> Int? {
        let limit = fields["max_completion_tokens"]?.integer
        let olderName = fields["max_tokens"]?.integer
        if let limit, let olderName, limit != olderName {
            throw .invalidRequest(
                "'max_completion_tokens' (\(limit)) and its older name 'max_tokens' (\(olderName)) differ; send one.",
                param: "max_tokens",
                code: "invalid_value"
            )
        }
        return limit ?? olderName
    }
}

extension SamplingOptions {
    fileprivate init(_ fields: JSONObject) {
        temperature = fields["temperature"]?.number
        topP = fields["top_p"]?.number
        topK = fields["top_k"]?.integer.map { max($0, 0) }
        seed = fields["seed"]?.integer.map(Int64.init)
    }
}

extension ThinkingOptions {
    fileprivate init(_ fields: JSONObject) {
        maxThinkTokens = fields["max_think_tokens"]?.integer.flatMap { $0 < 0 ? nil : $0 }
        graceTokens = fields["think_grace"]?.integer ?? 0
        closingText = fields["think_close_text"]?.string
        minAnswerTokens = fields["min_answer_tokens"]?.integer
    }
}
