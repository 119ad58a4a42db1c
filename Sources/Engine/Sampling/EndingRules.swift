/// What ends an answer beside its limit.
package struct EndingRules: Sendable, Equatable {
    /// Strings that end the answer.
    package var strings: [String] = []
    /// Whether the string that ended it is the end of its text.
    package var includesString = false
    /// Tokens that end the completion, beside the model's own.
    package var tokens: Set<Int32> = []
    /// Whether the model's own stop tokens are tokens like all others.
    package var ignoresModelStops = false
    /// How many tokens are completed before a stop token may be sampled or a stop string counts.
    package var minTokens = 0
    /// What cuts off a completion that repeats itself.
    package var repetition: RepetitionRule?

    package init(strings: [String] = []) { self.strings = strings }
}

/// What ended a choice that came to its own end.
package enum StopCause: Sendable, Equatable {
    /// The model ended its turn, or said all that its grammar allows.
    case model
    /// One of the request's stop tokens.
    case token(Int32)
    /// One of the request's stop strings.
    case string(String)
}
