import OrderedJSON

/// What has been said, without thoughts, and how the next answer is asked for.
struct Conversation: Sendable {
    /// The instructions before the first turn.
    var systemText: String?
    /// The bound of each thought; `nil` leaves it to the server.
    var maxThinkTokens: Int?
    /// `nil` leaves it to the server.
    var temperature: Double?
    /// The bound of thought and answer together; `nil` leaves it to the server.
    var maxCompletionTokens: Int?

    private var turns: [(question: String, answer: String)] = []

    init() {}

    /// The body of the request for the next answer.
    func request(model: String, asking question: String) -> JSONValue {
        var messages: [JSONValue] = []
        if let systemText { messages.append(["role": "system", "content": .string(systemText)]) }
        for turn in turns {
            messages.append(["role": "user", "content": .string(turn.question)])
            messages.append(["role": "assistant", "content": .string(turn.answer)])
        }
        messages.append(["role": "user", "content": .string(question)])
        var body: JSONObject = [
            "model": .string(model),
            "messages": .array(messages),
            "stream": true,
            "stream_options": ["include_usage": true],
        ]
        if let maxThinkTokens { body["max_think_tokens"] = .integer(Int64(maxThinkTokens)) }
        if let temperature { body["temperature"] = .double(temperature) }
        if let maxCompletionTokens { body["max_completion_tokens"] = .integer(Int64(maxCompletionTokens)) }
        return .object(body)
    }

    /// Keeps a turn; one without any answer is as if it had not been said.
    mutating func record(_ question: String, answer: String) {
        if !answer.isEmpty { turns.append((question, answer)) }
    }

    /// Forgets what has been said, not how answers are asked for.
    mutating func reset() { turns = [] }
}
