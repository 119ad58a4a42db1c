import OrderedJSON

/// The shapes of what tells about the server, its models and accounts, and of errors.
enum ServiceShapes {
    static let all: [(String, Schema)] = [
        ("Model", model),
        ("ModelList", .object([("object", .constant("list")), ("data", .array(of: .component("Model")))])),
        ("UsageReport", usage), ("Credits", credits), ("Health", .object([("status", .constant("ok"))])),
        (Operation.ErrorShape.openAI.rawValue, error),
    ]

    private static let model = Schema.object([
        ("id", .string), ("object", .constant("model")), ("created", .count), ("owned_by", .string), ("root", .string),
        ("max_model_len", .count),
    ])

    private static let usage = Schema.object([
        ("object", .constant("list")),
        (
            "data",
            .array(
                of: .object(
                    times + counts.map { ($0, .count) } + [
                        ("key", Schema.string.nullable), ("model", Schema.string.nullable),
                        ("cost", Schema.number.nullable),
                    ]
                )
            )
        ),
    ])

    private static let times: [(String, Schema)] = [("start", .count), ("end", .count)]
    private static let counts = [
        "requests", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "answer_tokens",
        "forced_tokens",
    ]

    private static let credits = Schema.object(
        [
            ("object", .constant("credits")), ("account", .string), ("plan", Schema.string.nullable),
            ("available", Schema.integer.nullable),
        ],
        optional: [("mode", .words(["standard", "unlimited"]))]
            + [
                "earn_rate", "cap", "baseline", "granted", "earned", "baseline_left", "reserved", "surplus", "used",
                "surplus_charged",
            ].map { ($0, .integer) }
    )

    private static let error = Schema.object([
        (
            "error",
            .object([
                ("message", .string), ("type", .words(APIError.Kind.allCases.map(\.rawValue))),
                ("param", Schema.string.nullable), ("code", Schema.string.nullable),
            ])
        )
    ])
}
