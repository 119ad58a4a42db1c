/// What the scheduler may hand out.
package struct SchedulerSettings: Sendable, Equatable {
    /// Sequences that have memory at the same time, one recurrent state each.
    package var maxSequences: Int
    /// Tokens in one step, decoding and prompts together.
    package var stepTokenBudget: Int
    /// Tokens in one KV block.
    package var blockTokens: Int
    /// KV blocks in all.
    package var blockCount: Int
    /// KV blocks that only preempted sequences and the prefix cache may hold.
    package var reserveBlockCount: Int
    /// Recurrent states that are kept beside those of running sequences: of prefixes and of preempted sequences.
    package var snapshotCount: Int
    /// Tokens of prompts whose logits are told, in one step.
    package var promptLogitRows: Int

    /// - Precondition: A step has room for one token of every sequence, and running sequences for a block.
    package init(
        maxSequences: Int,
        stepTokenBudget: Int,
        blockTokens: Int,
        blockCount: Int,
        reserveBlockCount: Int = 0,
        snapshotCount: Int = 0,
        promptLogitRows: Int = 0
    ) {
        self.promptLogitRows = promptLogitRows
        precondition(maxSequences > 0 && stepTokenBudget >= maxSequences && blockTokens > 0 && snapshotCount >= 0)
        precondition(reserveBlockCount >= 0 && blockCount > reserveBlockCount)
        self.maxSequences = maxSequences
        self.stepTokenBudget = stepTokenBudget
        self.blockTokens = blockTokens
        self.blockCount = blockCount
        self.reserveBlockCount = reserveBlockCount
        self.snapshotCount = snapshotCount
    }

    /// The longest sequence that can ever be computed, in tokens.
    package var capacityTokens: Int { (blockCount - reserveBlockCount) * blockTokens }

    /// Where snapshots lie: behind the slots of running sequences.
    package var snapshotSlots: Range<Int> { maxSequences..<(maxSequences + snapshotCount) }

    /// How far apart snapshots in a long prompt lie, beside those at better places: so that half of them cover all blocks.
    var snapshotInterval: Int {
        let tokens = 2 * capacityTokens / max(snapshotCount, 1)
        return max((tokens + blockTokens - 1) / blockTokens, 32) * blockTokens
    }
}
