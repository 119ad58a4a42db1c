import OrderedJSON

/// The declared fields of `POST /v1/responses`; what it has in common with a chat is declared there.
enum ResponsesParameters {
    static let body = ChatParameters.completion
        .removing([
            "messages", "n", "stop", "functions", "function_call", "max_tokens", "max_completion_tokens",
            "response_format",
            "add_generation_prompt", "continue_final_message", "logprobs", "verbosity", "metadata", "store",
            "top_logprobs", "return_token_ids", "prompt_logprobs", "reasoning_field", "reasoning_format",
            "separate_reasoning",
        ])
        .replacing([
            .built("input", .oneOf([.string(), .list(.variants(item), count: 1...Int.max)]), required: true),
            .built("instructions", .string()),
            .budget("max_output_tokens", .integer(1...ChatParameters.maxTokenCount)),
            .built("stream_options", .group(ParameterTable([.built("include_obfuscation", .boolean)]))),
            .built("previous_response_id", .string(bytes: 1...256)),
            .built("store", .boolean),
            .built("metadata", .object),
            .built("user", .string()),
            .built("safety_identifier", .string()),
            .built("tools", .list(.variants(tool))),
            .built("tool_choice", .oneOf([.word(["none", "auto", "required"]), .variants(toolChoice)])),
            .built("text", .group(text)),
            ThinkingParameters.reasoningWithSummary,
            .inert("truncation", .word(["disabled"])),
            .built("include", .list(.string())),
            .notBuilt("background", neutral: [false]),
            .notBuilt("return_token_ids", neutral: [false]),
            .notBuilt("conversation"),
            .notBuilt("prompt"),
            .notBuilt("max_tool_calls"),
            .built("top_logprobs", .integer(0...SamplingParameterTable.maxAlternatives)),
            .notBuilt("context_management"),
        ])

    /// Clients send back what they got, with members that matter to nobody here.
    private static func table(_ parameters: [Parameter]) -> ParameterTable {
        let common = [
            type, .inert("id", .string()), .inert("status", .string()), .inert("created_by", .string()),
        ]
        return ParameterTable(
            common.filter { one in !parameters.contains { $0.name == one.name } } + parameters,
            unknownMembers: .reportedByName
        )
    }

    private static let type = Parameter.built("type", .string(), required: true)

    private static let item = ParameterVariants(
        by: "type",
        [
            ("message", message), ("function_call", functionCall), ("function_call_output", functionCallOutput),
            ("reasoning", reasoning),
        ],
        implied: "message"
    )

    private static let message = table([
        .built("type", .string()),
        .built("role", .word(["system", "developer", "user", "assistant"]), required: true),
        .built("content", .oneOf([.string(), .list(.variants(part), count: 1...Int.max)]), required: true),
        .inert("phase", .string()),
    ])

    private static let textPart = table([
        .built("text", .string(), required: true), .inert("annotations", .list(.object)),
        .inert("logprobs", .list(.object)),
    ])

    private static let part = ParameterVariants(
        by: "type",
        [
            ("input_text", textPart), ("output_text", textPart), ("text", textPart),
            ("refusal", table([.built("refusal", .string(), required: true)])),
        ],
        note: "; this model reads text only"
    )

    private static let functionCall = table([
        .built("call_id", .string(), required: true), .built("name", .string(bytes: 1...256), required: true),
        .built("arguments", .string(), required: true),
    ])

    private static let functionCallOutput = table([
        .built("call_id", .string(), required: true),
        .built("output", .oneOf([.string(), .list(.variants(part), count: 1...Int.max)]), required: true),
    ])

    private static let reasoning = table([
        .inert("summary", .list(.object)), .built("content", .list(.object)), .inert("encrypted_content", .string()),
    ])

    private static let tool = ParameterVariants(
        by: "type",
        [
            (
                "function",
                ParameterTable(
                    [
                        type, .built("name", .string(bytes: 1...256), required: true), .built("description", .string()),
                        .built("parameters", .verbatim(.object)), .built("strict", .boolean),
                    ]
                )
            )
        ],
        note: "; this server has no tools of its own"
    )

    private static let named = ParameterTable([type, .built("name", .string(bytes: 1...256), required: true)])

    private static let toolChoice = ParameterVariants(
        by: "type",
        [
            ("function", named),
            (
                "allowed_tools",
                ParameterTable([
                    type, .built("mode", .word(["auto", "required"]), required: true),
                    .built("tools", .list(.group(named), count: 1...Int.max), required: true),
                ])
            ),
        ]
    )

    private static let text = ParameterTable([
        .built("format", FormParameterTable.textFormat),
        .inert("verbosity", .word(["low", "medium", "high"])),
    ])
}
