/// Names one sequence, which is one choice of one request.
package struct SequenceID: Hashable, Sendable {
    package let value: Int
    package init(_ value: Int) { self.value = value }
}

/// What is done to recurrent states before a step, in this order.
package enum StateOperation: Sendable, Equatable {
    /// A new sequence begins there.
    case clear(slot: Int)
    /// A state is kept or gone on from.
    case copy(from: Int, to: Int)
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
        /// How many guesses may follow them.
        package let draftCount: Int
        /// KV blocks that cover the sequence up to the chunk's end.
        package let blocks: [Int32]
        /// Whether all known tokens are then computed, so that the next one can be sampled.
        package let isComplete: Bool
        /// Whether the logits of all its tokens are told, since they are of a prompt that asks for it.
        var tellsPrompt = false

        /// Of how many of its last tokens, guesses among them, the logits are wanted.
        var logitRows: Int { tellsPrompt ? tokens.count : isComplete ? 1 + draftCount : 0 }
    }

    /// A sequence that got memory for the first time.
    package struct Start: Sendable, Equatable {
        package let sequence: SequenceID
        /// Tokens of its prompt that need not be computed.
        package let cachedTokens: Int
    }

    /// To be done first.
    package var operations: [StateOperation] = []
    package var chunks: [Chunk] = []
    package var starts: [Start] = []
    /// Sequences that lost their slot; they go on later, from their saved state or from what is cached of their prompt.
    package var preempted: [SequenceID] = []
    /// How many of the preempted sequences have a saved state.
    package var savedCount = 0

    /// How many of the chunks, the first ones, go on with answers; the others read prompts.
    package var answerCount = 0

    /// Tokens of the chunks that read prompts.
    package var promptTokenCount: Int { chunks.dropFirst(answerCount).reduce(0) { $0 + $1.tokens.count } }

    package var tokenCount: Int { chunks.reduce(0) { $0 + $1.tokens.count + $1.draftCount } }
}
