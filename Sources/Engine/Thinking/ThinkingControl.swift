/// What a client can ask of a request that is thinking.
package enum ThinkingControl: Sendable, Equatable {
    /// Only tell where the thought stands.
    case look
    /// Close the thought now and answer.
    case end
    /// Let the thought take so many tokens more than its budget allows, as far as its ceiling.
    ///
    /// `bound` is what it may take in all, grace included, because somebody has to pay for it; `end` is what a thought
    /// that reaches its new budget is ended by.
    case extend(by: Int, bound: Int? = nil, end: ThinkingEnd = .budget)
}

/// Where a choice stands after a client's wish.
package struct ControlledChoice: Sendable, Equatable {
    package var choice: Int
    /// Whether the choice was thinking, so that the wish had an effect.
    package var isApplied: Bool
    /// Whether it goes on thinking.
    package var isThinking: Bool
    /// The budget that holds from now on; `nil` is none.
    package var budget: Int?
    /// Tokens sampled while thinking so far.
    package var reasoningTokens: Int
}
