/// The tokens behind the prompt by phase; each belongs to exactly one.
package struct TokenCounts: Sendable, Equatable {
    /// Sampled while thinking.
    package var reasoning: Int
    /// Fed, not sampled.
    package var forced: Int
    /// Sampled while answering.
    package var answer: Int

    package var completion: Int { reasoning + forced + answer }

    package init(reasoning: Int = 0, forced: Int = 0, answer: Int = 0) {
        self.reasoning = reasoning
        self.forced = forced
        self.answer = answer
    }

    /// What a gate has counted so far.
    package init(_ gate: ThinkingGate) {
        self.init(reasoning: gate.reasoningTokens, forced: gate.forcedTokens, answer: gate.answerTokens)
    }
}
