import OrderedJSON

/// What an answer used, from the `usage` of a chat completion.
struct AnswerUsage: Equatable, Sendable {
    var promptTokens: Int
    var completionTokens: Int
    /// Tokens sampled while thinking.
    var thinkingTokens: Int
    /// The report of a server that bounds thoughts; `nil` from others.
    var thinking: ThinkingReport?
    /// US dollars; `nil` if the server knows no price.
    var cost: Double?
    /// The same, exactly: 10^-12 US dollars.
    var costPicodollars: Int64? { cost.flatMap { Int64(exactly: ($0 * 1e12).rounded()) } }

    /// How the thought was bounded and how it ended.
    struct ThinkingReport: Equatable, Sendable {
        var isEnabled: Bool
        /// The bound; `nil` is none.
        var budget: Int?
        var forcedTokens: Int
        var answerTokens: Int
        var endedBy: String
    }

    /// Reads the object; `nil` if the counts of tokens are missing.
    init?(_ usage: JSONValue?) {
        guard let usage, let prompt = usage["prompt_tokens"]?.integer,
            let completion = usage["completion_tokens"]?.integer
        else { return nil }
        promptTokens = prompt
        completionTokens = completion
        let report = usage["thinking"]
        thinkingTokens =
            report?["used"]?.integer ?? usage["completion_tokens_details"]?["reasoning_tokens"]?.integer ?? 0
        cost = usage["cost"]?.number
        guard let report, let isEnabled = report["enabled"]?.bool else { return }
        let forced = report["forced_tokens"]?.integer ?? 0
        thinking = ThinkingReport(
            isEnabled: isEnabled,
            budget: report["budget"]?.integer,
            forcedTokens: forced,
            answerTokens: report["answer_tokens"]?.integer ?? completion - thinkingTokens - forced,
            endedBy: report["ended_by"]?.string ?? "unknown"
        )
    }

    /// Tokens of the answer behind the thought.
    var answerTokens: Int { thinking?.answerTokens ?? completionTokens - thinkingTokens }
}
