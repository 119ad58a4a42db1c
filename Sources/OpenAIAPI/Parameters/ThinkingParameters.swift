import OrderedJSON

/// The fields that bound or switch thinking, under every name that clients know (DESIGN section 4).
///
/// One list for all endpoints that generate: what a field means does not depend on where it is sent.
/// `ThinkingOptions` reads what was accepted.
enum ThinkingParameters {
    /// At the top level of a body.
    static let all: [Parameter] = native + otherNames + groups + delivery

    /// Members of `chat_template_kwargs`; they reach the template, too.
    static let templateArguments: [Parameter] = [
        .budget("enable_thinking", .boolean),
        .budget("thinking", .boolean),
        .budget("thinking_budget", bound),
        .budget("max_think_tokens", bound),
        .budget("reasoning_effort", effort),
    ]

    /// The paths under which a bound may be sent, in the order in which they are reported.
    static let boundPaths = [
        "max_think_tokens", "thinking_token_budget", "max_thinking_tokens", "nvext.max_thinking_tokens",
        "thinking_budget_tokens", "reasoning_budget_tokens", "thinking_budget", "thinking.budget_tokens",
        "reasoning.max_tokens", "custom_params.thinking_budget", "chat_template_kwargs.thinking_budget",
        "chat_template_kwargs.max_think_tokens",
    ]

    /// The paths under which thinking may be switched.
    static let switchPaths = [
        "chat_template_kwargs.enable_thinking", "chat_template_kwargs.thinking", "thinking.type", "reasoning.enabled",
        "enable_thinking", "think",
    ]

    /// The paths under which an effort may be sent.
    static let effortPaths = [
        "reasoning_effort", "reasoning.effort", "output_config.effort", "chat_template_kwargs.reasoning_effort",
        "think",
    ]

    private static let bound = ParameterKind.integer(
        -1...ChatParameters.maxTokenCount,
        note: "-1 or null is the server's default"
    )
    private static let count = ParameterKind.integer(0...ChatParameters.maxTokenCount)
    private static let effort = ParameterKind.word(ReasoningEffort.allCases.map(\.rawValue))
    private static let closingText = ParameterKind.string(bytes: 0...4096)

    private static let native: [Parameter] = [
        .budget("max_think_tokens", bound),
        .budget("min_answer_tokens", .integer(1...ChatParameters.maxTokenCount)),
        .budget("think_grace", count),
        .budget("think_close_text", closingText),
    ]

    private static let otherNames: [Parameter] = [
        .budget("thinking_token_budget", bound),
        .budget("max_thinking_tokens", bound),
        .budget("thinking_budget_tokens", bound),
        .budget("reasoning_budget_tokens", bound),
        .budget("thinking_budget", bound),
        .budget("reasoning_budget_message", closingText),
        .budget("reasoning_effort", effort),
        .budget("enable_thinking", .boolean),
        .budget("think", .oneOf([.boolean, effort])),
        // Every request can be controlled here, so asking for it changes nothing.
        .inert("reasoning_control", .boolean),
    ]

    /// Where the thought is told; `ThoughtDelivery` reads them.
    private static let delivery: [Parameter] = [
        .built("include_reasoning", .boolean),
        .built("reasoning_field", .word(ThoughtDelivery.allCases.map(\.rawValue))),
        .built("reasoning_format", .word(["auto", "deepseek", "parsed", "none", "raw", "hidden"])),
        .built("separate_reasoning", .boolean),
    ]

    /// The members of `reasoning` beside what is told of the thought.
    private static let reasoning: [Parameter] = [
        .budget("effort", effort), .budget("max_tokens", bound), .built("enabled", .boolean),
        .built("exclude", .boolean),
    ]

    /// `reasoning` as responses have it. There is no summary but the thought itself, so it cannot be concise.
    static let reasoningWithSummary = Parameter.budgetGroup(
        "reasoning",
        reasoning + [.built("summary", .word(["auto", "detailed"]))],
        unknownMembers: .refused
    )

    private static let groups: [Parameter] = [
        .budgetGroup(
            "thinking",
            [
                .built("type", .word(ThinkingType.allCases.map(\.rawValue))), .budget("budget_tokens", bound),
                .built("display", .word(["summarized", "omitted"])),
            ],
            unknownMembers: .refused
        ),
        .budgetGroup(
            "reasoning",
            reasoning + [.inert("summary", .word(["auto", "concise", "detailed"]))],
            unknownMembers: .refused
        ),
        .budgetGroup(
            "output_config",
            [.budget("effort", effort), .built("format", FormParameterTable.outputFormat)],
            unknownMembers: .refused
        ),
        .budgetGroup("nvext", [.budget("max_thinking_tokens", bound)], unknownMembers: .reported),
        .budgetGroup("custom_params", [.budget("thinking_budget", bound)], unknownMembers: .reported),
    ]
}
