import OrderedJSON

/// Gives checked messages the shape that the prompt builder takes.
enum ConversationReader {
    /// Brings every message into one form.
    ///
    /// A missing content becomes `""`; `input_text`, `output_text` and `refusal` parts become `text` parts; the older
    /// `function_call` becomes one of `tool_calls`, and the role `function` becomes `tool`.
    ///
    /// - Parameter messages: Messages that `MessageParameters` accepted.
    /// - Returns: As many messages.
    /// - Throws: `APIError` if there is no message to answer.
    static func messages(_ messages: [JSONValue]) throws(APIError) -> [JSONValue] {
        guard !messages.isEmpty else {
            throw .invalidRequest("'messages' must have at least one message.", param: "messages", code: "empty_array")
        }
        guard messages.contains(where: isTurn) else {
            throw .invalidRequest(
                "'messages' must have a message of the role 'user', 'assistant' or 'tool': there is nothing to answer.",
                param: "messages",
                code: "invalid_value"
            )
        }
        return messages.map(normalized)
    }

    private static func isTurn(_ message: JSONValue) -> Bool {
        switch message["role"]?.string {
        case "user", "assistant", "tool", "function": true
        default: false
        }
    }

    private static func normalized(_ message: JSONValue) -> JSONValue {
        guard var members = message.object else { return message }
        switch members["content"] {
        case nil: members["content"] = ""
        case .array(let parts): members["content"] = .array(parts.map(textPart))
        default: break
        }
        if members["role"] == "function" { members["role"] = "tool" }
        if let call = members["function_call"] {
            members["function_call"] = nil
            members["tool_calls"] = members["tool_calls"] ?? [["type": "function", "function": call]]
        }
        return .object(members)
    }

    private static func textPart(_ part: JSONValue) -> JSONValue {
        ["type": "text", "text": part["text"] ?? part["refusal"] ?? ""]
    }
}
