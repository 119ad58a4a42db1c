import OrderedJSON

/// The declared fields of `POST /v1/messages`, in Anthropic's words; what it has in common with a chat is declared there.
enum MessagesParameters {
    /// The body of `POST /v1/messages`.
    static let message = counted.replacing([
        .budget("max_tokens", .integer(1...ChatParameters.maxTokenCount)).required
    ])

    /// The body of `POST /v1/messages/count_tokens`.
    static let counted = ChatParameters.completion
        .removing([
            "n", "stop", "parallel_tool_calls", "functions", "function_call", "max_completion_tokens", "stream_options",
            "add_generation_prompt", "continue_final_message", "include_reasoning", "logprobs", "top_logprobs",
            "return_token_ids", "prompt_logprobs", "reasoning_field", "reasoning_format", "separate_reasoning",
        ])
        .replacing([
            .built("messages", .list(.variants(turn), count: 1...Int.max), required: true),
            .budget("max_tokens", .integer(1...ChatParameters.maxTokenCount)),
            .built("system", .oneOf([.string(), .list(.variants(texts))])),
            .built("stop_sequences", .list(.string(bytes: 1...1024), count: 0...16)),
            .built("tools", .list(.group(tool))),
            .built("tool_choice", .variants(toolChoice)),
            .inert("service_tier", .word(["auto", "standard_only"])),
            .inert("cache_control", .object),
            .notBuilt("container"),
            .notBuilt("mcp_servers", neutral: [[]]),
            .notBuilt("context_management"),
        ])

    private static let turn = ParameterVariants(by: "role", [("user", user), ("assistant", assistant)])

    private static let user = table([
        .built("role", .string(), required: true),
        .built("content", content([("text", text), ("tool_result", toolResult)]), required: true),
    ])

    private static let assistant = table([
        .built("role", .string(), required: true),
        .built(
            "content",
            content([("text", text), ("tool_use", toolUse), ("thinking", thinking), ("redacted_thinking", redacted)]),
            required: true
        ),
    ])

    private static func content(_ blocks: [(String, ParameterTable)]) -> ParameterKind {
        let block = ParameterVariants(by: "type", blocks, note: "; this model reads text only")
        return .oneOf([.string(), .list(.variants(block))])
    }

    /// Clients store things of their own in their histories.
    private static func table(_ parameters: [Parameter]) -> ParameterTable {
        ParameterTable(parameters + [.inert("cache_control", .object)], unknownMembers: .reportedByName)
    }

    private static let type = Parameter.built("type", .string(), required: true)
    private static let text = table([
        type, .built("text", .string(), required: true), .inert("citations", .list(.object)),
    ])
    private static let texts = ParameterVariants(by: "type", [("text", text)])
    private static let thinking = table([
        type, .built("thinking", .string(), required: true), .inert("signature", .string()),
    ])
    private static let redacted = table([type, .inert("data", .string())])
    private static let toolUse = table([
        type, .built("id", .string(), required: true), .built("name", .string(bytes: 1...256), required: true),
        .built("input", .verbatim(.object), required: true),
    ])
    private static let toolResult = table([
        type, .built("tool_use_id", .string(), required: true),
        .built("content", .oneOf([.string(), .list(.variants(texts))])), .inert("is_error", .boolean),
    ])

    private static let tool = ParameterTable([
        .built("type", .word(["custom"])),
        .built("name", .string(bytes: 1...256), required: true),
        .built("description", .string()),
        .built("input_schema", .verbatim(.object), required: true),
        .inert("cache_control", .object),
        .built("strict", .boolean),
    ])

    private static let parallel = Parameter.built("disable_parallel_tool_use", .boolean)
    private static let toolChoice = ParameterVariants(
        by: "type",
        [
            ("auto", ParameterTable([type, parallel])), ("any", ParameterTable([type, parallel])),
            ("none", ParameterTable([type])),
            ("tool", ParameterTable([type, parallel, .built("name", .string(bytes: 1...256), required: true)])),
        ]
    )
}
