/// What a client can ask of a request that is thinking.
package enum ThinkingControl: Sendable, Equatable {
    /// Close the thought now and answer.
    case end
    /// Let the thought take so many tokens more than its budget allows, as far as its ceiling.
    case extend(by: Int)
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
