import OrderedJSON

/// The body of `POST /v1/messages` or `/v1/messages/count_tokens`, checked and brought into the form of a chat.
package struct MessagesRequest: Sendable, Equatable {
    /// The same request as a chat has it.
    package var chat: ChatCompletionRequest
    /// `thinking.display` of `omitted`: whether blocks of thought are empty.
    package var omitsThoughts: Bool

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: The bytes as they came.
    ///   - isCounted: Whether its tokens are only counted.
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8], isCounted: Bool = false) throws(APIError) {
        let table = isCounted ? MessagesParameters.counted : MessagesParameters.message
        let (fields, ignored) = try ParameterReader.read(try ParameterReader.parse(body), table)
        chat = try ChatCompletionRequest(
            fields: Self.chat(fields),
            ignored: ignored,
            maxChoices: 1,
            schemaMember: "input_schema"
        )
        omitsThoughts = fields["thinking"]?["display"] == "omitted"
        // The client is to see that there was one.
        if omitsThoughts { chat.options.thought = .both }
    }

    private static func chat(_ fields: JSONObject) -> JSONObject {
        var chat = fields
        chat["messages"] = .array(messages(fields))
        chat["stop"] = fields["stop_sequences"]
        chat["tools"] = fields["tools"]?.array.map { .array($0.map(tool)) }
        chat["tool_choice"] = fields["tool_choice"].map(toolChoice)
        chat["parallel_tool_calls"] = fields["tool_choice"]?["disable_parallel_tool_use"]?.bool.map { .bool(!$0) }
        return chat
    }

    private static func tool(_ tool: JSONValue) -> JSONValue {
        var function: JSONObject = ["name": tool["name"] ?? ""]
        function["description"] = tool["description"]
        function["parameters"] = tool["input_schema"]
        function["strict"] = tool["strict"]
        return ["type": "function", "function": .object(function)]
    }

    private static func toolChoice(_ choice: JSONValue) -> JSONValue {
        switch choice["type"]?.string {
        case "any": "required"
        case "tool": ["type": "function", "function": ["name": choice["name"] ?? ""]]
        default: choice["type"] ?? "auto"
        }
    }

    private static func messages(_ fields: JSONObject) -> [JSONValue] {
        var messages: [JSONValue] = []
        if let system = fields["system"] { messages.append(["role": "system", "content": system]) }
        for message in fields["messages"]?.array ?? [] {
            guard let blocks = message["content"]?.array else {
                messages.append(message)
                continue
            }
            messages += message["role"] == "assistant" ? [assistant(blocks)] : user(blocks)
        }
        return messages
    }

    /// Results of tools are messages of their own; texts between them stay together.
    private static func user(_ blocks: [JSONValue]) -> [JSONValue] {
        var messages: [JSONValue] = []
        var texts: [JSONValue] = []
        func endTexts() {
            if !texts.isEmpty { messages.append(["role": "user", "content": .array(texts)]) }
            texts = []
        }
        for block in blocks {
            guard block["type"] == "tool_result" else {
                texts.append(block)
                continue
            }
            endTexts()
            messages.append([
                "role": "tool", "tool_call_id": block["tool_use_id"] ?? "", "content": block["content"] ?? "",
            ])
        }
        endTexts()
        return messages
    }

    private static func assistant(_ blocks: [JSONValue]) -> JSONValue {
        func all(_ type: String) -> [JSONValue] { blocks.filter { $0["type"]?.string == type } }
        var message: JSONObject = ["role": "assistant"]
        let texts = all("text")
        message["content"] = texts.isEmpty ? "" : .array(texts)
        let thoughts = all("thinking").compactMap { $0["thinking"]?.string }
        if !thoughts.isEmpty { message["reasoning_content"] = .string(thoughts.joined(separator: "\n\n")) }
        let calls = all("tool_use").map { use -> JSONValue in
            [
                "id": use["id"] ?? "", "type": "function",
                "function": ["name": use["name"] ?? "", "arguments": use["input"] ?? [:]],
            ]
        }
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        return .object(message)
    }
}
