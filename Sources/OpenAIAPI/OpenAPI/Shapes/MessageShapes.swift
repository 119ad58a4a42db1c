import OrderedJSON

/// The shapes of `/v1/messages`, in Anthropic's words.
enum MessageShapes {
    static let all: [(String, Schema)] = [
        ("Message", message), ("MessageEvent", event), ("MessageUsage", usage), ("MessageTokens", tokens),
        (Operation.ErrorShape.messages.rawValue, error),
    ]

    private static func typed(_ type: JSONValue, _ members: [(String, Schema)]) -> Schema {
        .object([("type", .constant(type))] + members)
    }

    private static let block = Schema.anyOf([
        typed("thinking", [("thinking", .string), ("signature", .string)]), typed("text", [("text", .string)]),
        typed("tool_use", [("id", .string), ("name", .string), ("input", .anyObject)]),
    ])

    private static let ending: [(String, Schema)] = [
        ("stop_reason", Schema.words(["end_turn", "max_tokens", "stop_sequence", "tool_use"]).nullable),
        ("stop_sequence", Schema.string.nullable),
    ]

    private static let message = typed(
        "message",
        [
            ("id", .string), ("role", .constant("assistant")), ("model", .string), ("content", .array(of: block)),
        ] + ending + [("usage", .component("MessageUsage"))]
    )

    private static let usage = Schema.object(
        ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"].map {
            ($0, .count)
        },
        optional: [("output_tokens_details", .object([("thinking_tokens", .count)]))] + UsageShapes.own
            + UsageShapes.ownOptional
    )

    private static let delta = Schema.anyOf([
        typed("thinking_delta", [("thinking", .string)]), typed("signature_delta", [("signature", .string)]),
        typed("text_delta", [("text", .string)]), typed("input_json_delta", [("partial_json", .string)]),
    ])

    private static let event = Schema.anyOf([
        typed("message_start", [("message", .component("Message"))]), typed("ping", []),
        typed("content_block_start", [("index", .count), ("content_block", block)]),
        typed("content_block_delta", [("index", .count), ("delta", delta)]),
        typed("content_block_stop", [("index", .count)]),
        typed("message_delta", [("delta", .object(ending)), ("usage", .component("MessageUsage"))]),
        typed("message_stop", []), .component(Operation.ErrorShape.messages.rawValue),
    ])

    private static let tokens = Schema.object([("input_tokens", .count)])

    private static let error = typed(
        "error",
        [
            (
                "error",
                .object([
                    (
                        "type",
                        .words([
                            "invalid_request_error", "authentication_error", "billing_error", "permission_error",
                            "not_found_error", "request_too_large", "rate_limit_error", "overloaded_error",
                            "timeout_error", "api_error",
                        ])
                    ), ("message", .string),
                ])
            )
        ]
    )
}
