import OrderedJSON

/// The shapes of what is counted, in every endpoint's usage.
enum UsageShapes {
    static let all: [(String, Schema)] = [("Usage", usage), ("ThinkingReport", thinking), ("CostDetails", costDetails)]

    /// Members that are this server's own, in every endpoint's usage.
    static let own: [(String, Schema)] = [("thinking", .component("ThinkingReport"))]
    static let ownOptional: [(String, Schema)] = [
        ("cost", Schema.number.nullable.described("US dollars, exact; null if there is no price.")),
        ("cost_details", Schema.component("CostDetails").nullable),
    ]

    /// The tokens of one choice.
    static let choiceTokens: [(String, Schema)] = [
        ("used", .count), ("forced_tokens", .count), ("answer_tokens", .count),
        ("ended_by", .words(ThinkingEnding.allCases.map(\.rawValue))),
    ]

    private static let usage = Schema.object(
        [
            ("prompt_tokens", .count), ("completion_tokens", .count), ("total_tokens", .count),
            ("prompt_tokens_details", .object([("cached_tokens", .count)])),
            ("completion_tokens_details", .object([("reasoning_tokens", .count)])),
        ] + own,
        optional: ownOptional
    )

    private static let thinking = Schema.object(
        [("enabled", .boolean), ("budget", Schema.count.nullable), ("budget_source", .string)] + choiceTokens
    )

    private static let costDetails = Schema.object(
        ["prompt", "cached_prompt", "thinking", "answer"].map { ($0, Schema.number) },
        optional: [("surplus_thinking", .number)]
    )
}
