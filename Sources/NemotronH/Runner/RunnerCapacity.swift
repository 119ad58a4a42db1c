package import Compute

/// How much a runner can hold at once; its memory is reserved when it is made.
package struct RunnerCapacity: Sendable, Equatable {
    /// Sequences with a recurrent state.
    package var slotCount: Int
    /// Further states, which are only copied from and to.
    package var snapshotCount: Int
    /// Blocks of the key and value cache, shared by all sequences.
    package var kvBlockCount: Int
    /// Tokens of a block, at most 64.
    package var kvBlockTokens: Int
    /// Tokens of one forward pass, over all chunks.
    package var maxBatchTokens: Int
    /// Rows of logits of one forward pass.
    package var maxLogitRows: Int
    /// Drafted tokens of one forward pass.
    package var maxDraftTokens: Int
    /// How keys and values are stored.
    package var cacheFormat: CacheFormat

    package init(
        slotCount: Int,
        snapshotCount: Int = 0,
        kvBlockCount: Int,
        kvBlockTokens: Int,
        maxBatchTokens: Int,
        maxLogitRows: Int,
        maxDraftTokens: Int = 0,
        cacheFormat: CacheFormat
    ) {
        self.slotCount = slotCount
        self.snapshotCount = snapshotCount
        self.kvBlockCount = kvBlockCount
        self.kvBlockTokens = kvBlockTokens
        self.maxBatchTokens = maxBatchTokens
        self.maxLogitRows = maxLogitRows
        self.maxDraftTokens = maxDraftTokens
        self.cacheFormat = cacheFormat
    }

    func check() throws(ModelError) {
        let most = Int(Int32.max)
        try check("slotCount", slotCount, 1...most)
        try check("snapshotCount", snapshotCount, 0...most)
        try check("kvBlockCount", kvBlockCount, 0...most)
        try check("kvBlockTokens", kvBlockTokens, 1...64)
        try check("maxBatchTokens", maxBatchTokens, 1...(1 << 24))
        try check("maxDraftTokens", maxDraftTokens, 0...maxBatchTokens)
        try check("maxLogitRows", maxLogitRows, 1...maxBatchTokens)
    }

    private func check(_ field: String, _ value: Int, _ allowed: ClosedRange<Int>) throws(ModelError) {
        guard allowed.contains(value) else {
            throw .invalidCapacity(field: field, .outOfRange(value: value, allowed: allowed))
        }
    }
}
