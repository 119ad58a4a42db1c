/// Names one sequence, which is one choice of one request.
package struct SequenceID: Hashable, Sendable {
    package let value: Int
    package init(_ value: Int) { self.value = value }
}

/// What one forward pass computes.
package struct StepPlan: Sendable, Equatable {
    /// A run of known tokens of one sequence.
    package struct Chunk: Sendable, Equatable {
        package let sequence: SequenceID
        /// The recurrent state's place.
        package let slot: Int
        /// Which of the sequence's tokens, counted from its start.
        package let tokens: Range<Int>
        /// KV blocks that cover the sequence up to the chunk's end.
        package let blocks: [Int32]
        /// Whether all known tokens are then computed, so that the next one can be sampled.
        package let isComplete: Bool
        /// Whether the slot holds another sequence's state that must be cleared first.
        package let startsFresh: Bool
    }

    package var chunks: [Chunk] = []
    /// Sequences that lost their memory and start again later.
    package var preempted: [SequenceID] = []

    /// How many of the chunks, the first ones, go on with answers; the others read prompts.
    package var answerCount = 0

    /// Tokens of the chunks that read prompts.
    package var promptTokenCount: Int { chunks.dropFirst(answerCount).reduce(0) { $0 + $1.tokens.count } }

    package var tokenCount: Int { chunks.reduce(0) { $0 + $1.tokens.count } }
}
