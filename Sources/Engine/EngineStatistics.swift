/// What the engine holds and has done, for operators.
package struct EngineStatistics: Sendable, Equatable {
    // Now.
    package var runningSequences = 0
    package var waitingSequences = 0
    /// Blocks in use by sequences, and blocks that only the prefix cache keeps.
    package var usedBlocks = 0
    package var cachedBlocks = 0
    package var blockCount = 0
    /// States that the prefix cache keeps, of so many places.
    package var snapshots = 0
    package var snapshotCount = 0

    // Since the start.
    package var steps = 0
    package var promptTokens = 0
    package var cachedPromptTokens = 0
    package var generatedTokens = 0
    /// Guessed tokens that were computed, and those of them that were right.
    package var draftedTokens = 0
    package var acceptedTokens = 0
    package var savedPreemptions = 0
    package var recomputedPreemptions = 0
    package var expiredRequests = 0

    package init() {}
}
