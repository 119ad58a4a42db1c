import OrderedJSON

/// The shapes of `/v1/chat/completions` and what belongs to it.
enum ChatShapes {
    static let all: [(String, Schema)] = [
        ("ChatCompletion", completion), ("ChatCompletionChunk", chunk), ("ToolCall", toolCall),
        ("ChoiceLogprobs", logprobs), ("TokenLogprob", tokenLogprob), ("ControlReport", control), ("Quote", quote),
        ("QuoteEstimate", estimate),
    ]

    /// What completions and the chunks of their streams begin with.
    static func identity(_ object: String) -> [(String, Schema)] {
        [
            ("id", .string), ("object", .constant(.string(object))), ("created", .count), ("model", .string),
            ("system_fingerprint", Schema.string.nullable), ("service_tier", .words(["default", "flex", "priority"])),
        ]
    }

    static let finishReason = Schema.words(FinishReason.allCases.map(\.rawValue))

    private static let function = Schema.object([("name", .string), ("arguments", .string)])

    private static let toolCall = Schema.object([
        ("id", .string), ("type", .constant("function")), ("function", function),
    ])

    private static let thought: [(String, Schema)] = [("reasoning_content", .string), ("reasoning", .string)]

    private static let message = Schema.object(
        [("role", .constant("assistant")), ("content", Schema.string.nullable), ("refusal", .null)],
        optional: thought + [("tool_calls", .array(of: .component("ToolCall"))), ("function_call", function)]
    )

    private static let delta = Schema.object(
        [],
        optional: [("role", .constant("assistant")), ("content", .string)] + thought + [
            (
                "tool_calls",
                .array(
                    of: .object(
                        [("index", .count), ("function", callFragment)],
                        optional: [("id", .string), ("type", .constant("function"))]
                    )
                )
            ),
            ("function_call", callFragment),
        ]
    )

    private static let callFragment = Schema.object([("arguments", .string)], optional: [("name", .string)])

    private static let details: [(String, Schema)] = [
        ("token_ids", .array(of: .count)), ("thinking", .object(UsageShapes.choiceTokens)),
    ]

    private static func choices(_ told: (String, Schema), _ reason: Schema) -> Schema {
        .array(
            of: .object(
                [
                    ("index", .count), told, ("finish_reason", reason),
                    ("logprobs", Schema.component("ChoiceLogprobs").nullable),
                ],
                optional: details
            )
        )
    }

    private static let completion = Schema.object(
        identity("chat.completion") + [
            ("choices", choices(("message", message), finishReason)), ("usage", .component("Usage")),
        ],
        optional: [promptLogprobs]
    )

    /// A member for each candidate, named by its id; null for the first token.
    static let promptLogprobs = ("prompt_logprobs", Schema.array(of: Schema.anyObject.nullable))

    /// The usage at the end of a stream, or until one of its events.
    static let usageSoFar = Schema.anyOf([
        .component("Usage"),
        .object([
            ("prompt_tokens", .count), ("completion_tokens", .count), ("total_tokens", .count),
            ("completion_tokens_details", .object([("reasoning_tokens", .count)])),
        ]),
    ])

    private static let chunk = Schema.anyOf([
        .object(
            identity("chat.completion.chunk") + [("choices", choices(("delta", delta), finishReason.nullable))],
            optional: [("usage", usageSoFar.nullable), ("obfuscation", .string)]
        ),
        .component(Operation.ErrorShape.openAI.rawValue),
    ])

    private static let logprobs = Schema.object(
        [("content", .array(of: .component("TokenLogprob"))), ("refusal", .null)],
        optional: [("reasoning", .array(of: .component("TokenLogprob")))]
    )

    private static let tokenLogprob = Schema.object(
        [("token", .string), ("logprob", .number), ("bytes", .array(of: .count))],
        optional: [("top_logprobs", .array(of: .component("TokenLogprob")))]
    )

    private static let control = Schema.object([
        ("id", .string), ("object", .constant("chat.completion.control")), ("action", .string), ("applied", .boolean),
        (
            "choices",
            .array(
                of: .object([
                    ("index", .count), ("applied", .boolean), ("thinking", .boolean),
                    ("budget", Schema.count.nullable), ("used", .count),
                ])
            )
        ),
    ])

    private static let estimate = Schema.object([
        ("thinking_tokens", .count), ("answer_tokens", .count), ("cost", Schema.number.nullable),
    ])

    private static let quote = Schema.object([
        ("prompt_tokens", .count), ("cached_tokens", .count), ("worst_case", .component("QuoteEstimate")),
        (
            "expected",
            Schema.object([
                ("median", .component("QuoteEstimate")), ("p90", .component("QuoteEstimate")), ("requests", .count),
            ]).nullable
        ),
    ])
}
