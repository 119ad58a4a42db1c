/// What bounds the thought of one sequence.
package struct ThinkingLimits: Sendable, Equatable {
    /// The most tokens that may be sampled while thinking; `nil` is no bound of its own.
    package var budget: Int?
    /// What the budget may be extended to while the sequence thinks; `nil` is anything.
    package var budgetCeiling: Int?
    /// What a thought that reaches its budget was ended by: `.credits` if they, not the request, made it what it is.
    package var budgetEnd: ThinkingEnd
    /// How many more tokens the thought may take to reach the end of its line.
    package var graceTokens: Int
    /// Sampled and forced tokens together never pass this.
    package var completionLimit: Int
    /// How many tokens of `completionLimit` stay free for the answer.
    package var minAnswerTokens: Int
    /// The text that is fed when a bound is reached.
    package var closing: ClosingText

    package init(
        budget: Int?,
        budgetCeiling: Int? = nil,
        budgetEnd: ThinkingEnd = .budget,
        graceTokens: Int = 0,
        completionLimit: Int,
        minAnswerTokens: Int? = nil,
        closing: ClosingText
    ) {
        self.budget = budget
        self.budgetCeiling = budgetCeiling
        self.budgetEnd = budgetEnd
        self.graceTokens = graceTokens
        self.completionLimit = completionLimit
        self.minAnswerTokens = minAnswerTokens ?? ThinkingLimits.standardReserve(of: completionLimit)
        self.closing = closing
    }

    /// The room kept for an answer unless a request says otherwise: a quarter, at most 256 tokens, at least one.
    package static func standardReserve(of completionLimit: Int) -> Int { max(1, min(256, completionLimit / 4)) }

    /// Whether at least one thought token, the closing text and an answer fit; otherwise the request runs without
    /// thinking.
    package var leavesRoomToThink: Bool { closing.maxTokenCount + minAnswerTokens < completionLimit }
}
