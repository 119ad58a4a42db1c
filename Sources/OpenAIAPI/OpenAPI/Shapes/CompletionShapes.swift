import OrderedJSON

/// The shapes of `/v1/completions` and of the endpoints that show tokens.
enum CompletionShapes {
    static let all: [(String, Schema)] = [
        ("TextCompletion", completion), ("TextCompletionChunk", chunk), ("Tokens", tokens), ("Text", text),
        ("Rendering", rendering),
    ]

    private static func choices(_ reason: Schema) -> Schema {
        .array(
            of: .object(
                [("index", .count), ("text", .string), ("logprobs", logprobs.nullable), ("finish_reason", reason)],
                optional: [("token_ids", .array(of: .count)), ChatShapes.promptLogprobs]
            )
        )
    }

    private static let logprobs = Schema.object([
        ("tokens", .array(of: .string)), ("token_logprobs", .array(of: Schema.number.nullable)),
        ("top_logprobs", .array(of: Schema.anyObject.nullable)), ("text_offset", .array(of: .count)),
    ])

    private static let completion = Schema.object(
        ChatShapes.identity("text_completion") + [
            ("choices", choices(ChatShapes.finishReason)), ("usage", .component("Usage")),
        ]
    )

    private static let chunk = Schema.anyOf([
        .object(
            ChatShapes.identity("text_completion") + [("choices", choices(ChatShapes.finishReason.nullable))],
            optional: [("usage", ChatShapes.usageSoFar), ("obfuscation", .string)]
        ),
        .component(Operation.ErrorShape.openAI.rawValue),
    ])

    private static let tokens = Schema.object([
        ("tokens", .array(of: .count)), ("count", .count), ("max_model_len", .count),
    ])

    private static let text = Schema.object([("prompt", .string)])

    private static let rendering = Schema.object([
        ("prompt", .string), ("token_ids", .array(of: .count)), ("prompt_tokens", .count),
    ])
}
