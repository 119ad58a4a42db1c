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

    /// - Precondition: A step has room for one token of every sequence.
    package init(maxSequences: Int, stepTokenBudget: Int, blockTokens: Int, blockCount: Int) {
        precondition(maxSequences > 0 && stepTokenBudget >= maxSequences && blockTokens > 0 && blockCount > 0)
        self.maxSequences = maxSequences
        self.stepTokenBudget = stepTokenBudget
        self.blockTokens = blockTokens
        self.blockCount = blockCount
    }
}
