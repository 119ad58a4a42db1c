/// What bounds the thought of one sequence.
package struct ThinkingLimits: Sendable, Equatable {
    /// The most tokens that may be sampled while thinking; `nil` is no bound of its own.
    package var budget: Int?
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
        graceTokens: Int = 0,
        completionLimit: Int,
        minAnswerTokens: Int? = nil,
        closing: ClosingText
    ) {
        self.budget = budget
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

/// Why a thought ended.
package enum ThinkingEnd: Sendable {
    /// The model closed its thought, or ended its turn inside it.
    case natural
    /// `max_think_tokens` was reached.
    case budget
    /// The rest of `max_completion_tokens` belongs to the answer.
    case reserve
    /// The request ran out of tokens while thinking.
    case length
    /// The model began a tool call inside its thought.
    case toolCall
    /// There was no thought.
    case disabled
}
