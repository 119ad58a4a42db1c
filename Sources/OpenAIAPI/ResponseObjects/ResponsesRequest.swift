package import OrderedJSON

/// The body of `POST /v1/responses`, checked and brought into the form of a chat.
package struct ResponsesRequest: Sendable, Equatable {
    /// The same request as a chat has it, without the instructions and without what earlier responses brought.
    package var chat: ChatCompletionRequest
    /// `instructions`: a system message of this response only.
    package var instructions: String?
    /// `previous_response_id`.
    package var previousResponseID: String?
    /// `store`: whether the response can be fetched and gone on from later.
    package var isStored: Bool
    /// `reasoning.summary`: whether the thought is told as its summary.
    package var summarizesThought: Bool
    /// What the response repeats of the request.
    package var echo: JSONObject

    /// Reads a body.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8]) throws(APIError) {
        var (fields, ignored) = try ParameterReader.read(try ParameterReader.parse(body), ResponsesParameters.body)
        for (index, name) in (fields["include"]?.array ?? []).enumerated() where name != Self.logprobs {
            ignored.append("include[\(index)]")
        }
        instructions = fields["instructions"]?.string
        previousResponseID = fields["previous_response_id"]?.string
        isStored = fields["store"]?.bool ?? true
        summarizesThought = fields["reasoning"]?["summary"] != nil
        echo = Self.echo(fields)
        chat = try ChatCompletionRequest(
            fields: Self.chat(fields),
            ignored: ignored,
            maxChoices: 1,
            schemaMember: "parameters"
        )
    }

    /// The messages of the whole conversation.
    ///
    /// - Parameter history: Those of the earlier responses.
    /// - Returns: Instructions, history, input.
    package func messages(after history: [JSONValue]) -> [JSONValue] {
        (instructions.map { [["role": "system", "content": .string($0)]] } ?? []) + history + chat.messages
    }

    /// The one thing that can be included.
    private static let logprobs: JSONValue = "message.output_text.logprobs"

    private static func chat(_ fields: JSONObject) -> JSONObject {
        var chat = fields
        chat["messages"] = .array(fields["input"].map(messages) ?? [])
        chat["max_completion_tokens"] = fields["max_output_tokens"]
        chat["tools"] = fields["tools"]?.array.map { .array($0.map(tool)) }
        chat["tool_choice"] = fields["tool_choice"].map(toolChoice)
        let isIncluded = fields["include"]?.array?.contains(logprobs) ?? false
        if isIncluded || fields["top_logprobs"]?.integer ?? 0 > 0 { chat["logprobs"] = true }
        return chat
    }

    private static func tool(_ tool: JSONValue) -> JSONValue {
        var function = tool.object ?? JSONObject()
        function["type"] = nil
        return ["type": "function", "function": .object(function)]
    }

    private static func toolChoice(_ choice: JSONValue) -> JSONValue {
        func function(_ tool: JSONValue) -> JSONValue {
            ["type": "function", "function": ["name": tool["name"] ?? ""]]
        }
        switch choice["type"]?.string {
        case "function": return function(choice)
        case "allowed_tools":
            return [
                "type": "allowed_tools",
                "allowed_tools": [
                    "mode": choice["mode"] ?? "auto", "tools": .array((choice["tools"]?.array ?? []).map(function)),
                ],
            ]
        default: return choice
        }
    }

    /// Thoughts and calls belong to the assistant's message beside them.
    private static func messages(_ input: JSONValue) -> [JSONValue] {
        guard let items = input.array else { return [["role": "user", "content": input]] }
        var messages: [JSONValue] = []
        var thought: JSONValue?
        for item in items {
            switch item["type"]?.string {
            case "reasoning":
                let parts = (item["content"]?.array ?? []) + (item["summary"]?.array ?? [])
                let texts = parts.compactMap { $0["text"]?.string }
                if !texts.isEmpty { thought = .string(texts.joined(separator: "\n\n")) }
            case "function_call":
                let call: JSONValue = [
                    "id": item["call_id"] ?? "", "type": "function",
                    "function": ["name": item["name"] ?? "", "arguments": item["arguments"] ?? "{}"],
                ]
                append(call, thought, to: &messages)
                thought = nil
            case "function_call_output":
                messages.append([
                    "role": "tool", "tool_call_id": item["call_id"] ?? "", "content": item["output"] ?? "",
                ])
            default:
                var message: JSONObject = ["role": item["role"] ?? "user", "content": item["content"] ?? ""]
                if item["role"] == "assistant" {
                    message["reasoning_content"] = thought
                    thought = nil
                }
                messages.append(.object(message))
            }
        }
        return messages
    }

    private static func append(_ call: JSONValue, _ thought: JSONValue?, to messages: inout [JSONValue]) {
        if var last = messages.last?.object, last["role"] == "assistant" {
            last["tool_calls"] = .array((last["tool_calls"]?.array ?? []) + [call])
            messages[messages.count - 1] = .object(last)
            return
        }
        var message: JSONObject = ["role": "assistant", "content": "", "tool_calls": [call]]
        message["reasoning_content"] = thought
        messages.append(.object(message))
    }

    private static func echo(_ fields: JSONObject) -> JSONObject {
        let reasoning: JSONObject = [
            "effort": fields["reasoning"]?["effort"] ?? .null, "summary": fields["reasoning"]?["summary"] ?? .null,
        ]
        var echo = JSONObject()
        let names = [
            "instructions", "max_output_tokens", "previous_response_id", "temperature", "top_p", "user",
            "safety_identifier", "prompt_cache_key",
        ]
        for name in names {
            echo[name] = fields[name] ?? .null
        }
        echo["metadata"] = fields["metadata"] ?? [:]
        echo["parallel_tool_calls"] = fields["parallel_tool_calls"] ?? true
        echo["reasoning"] = .object(reasoning)
        echo["store"] = fields["store"] ?? true
        echo["text"] = ["format": fields["text"]?["format"] ?? ["type": "text"]]
        echo["tool_choice"] = fields["tool_choice"] ?? "auto"
        echo["tools"] = fields["tools"] ?? []
        echo["truncation"] = "disabled"
        echo["background"] = false
        return echo
    }
}
