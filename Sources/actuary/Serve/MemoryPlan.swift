/// How the machine's memory is divided before the first request; nothing grows beyond it.
struct MemoryPlan: Equatable, Sendable {
    /// Tokens in one KV block.
    static let blockTokens = 16

    var maxModelLength: Int
    var sequenceCount: Int
    var blockCount: Int
    /// Blocks that running sequences may not use.
    var reserveBlockCount: Int
    /// States that are kept beside those of running sequences.
    var snapshotCount: Int
    var weightsBytes: Int
    var stateBytes: Int
    var cacheBytes: Int
    var snapshotBytes: Int
    /// Of one step.
    var scratchBytes: Int
    /// What connections, bodies, texts and the workers' heaps take.
    var requestBytes: Int
    /// What the process takes before all this.
    var programBytes: Int

    /// What the plan depends on.
    struct Demand: Sendable {
        var contextLength: Int
        var requestedLength: Int?
        var sequenceCount: Int
        var cacheTokens: Int?
        var reserveTokens: Int?
        var prefixCacheBytes: Int?
        var weightsBytes: Int
        var stateBytesPerSequence: Int
        var cacheBytesPerBlock: Int
        var scratchBytes = 0
        var requestBytes = 0
        var programBytes = 0
        /// What processes may still take, bytes.
        var availableBytes: Int
    }

    /// Makes the plan.
    ///
    /// - Throws: `CommandFailure` with the numbers and what to change, if it does not fit.
    init(_ demand: Demand) throws {
        let length = demand.requestedLength ?? demand.contextLength
        guard length <= demand.contextLength else {
            throw CommandFailure.badConfiguration(
                "engine.max_model_len is \(length), but the model's context has \(demand.contextLength) tokens"
            )
        }
        let blocksPerSequence = (length + MemoryPlan.blockTokens - 1) / MemoryPlan.blockTokens
        let wanted =
            demand.cacheTokens.map { ($0 + MemoryPlan.blockTokens - 1) / MemoryPlan.blockTokens }
            ?? blocksPerSequence * demand.sequenceCount
        let state = demand.sequenceCount * demand.stateBytesPerSequence
        // The map of the weights is shared with the page cache, but must stay in memory to be fast.
        let fixed = demand.weightsBytes + state + demand.scratchBytes + demand.requestBytes
        let free = demand.availableBytes / 10 * 9 - fixed
        let snapshots = try MemoryPlan.snapshotCount(demand, free: free)
        let left = free - snapshots * demand.stateBytesPerSequence
        let affordable = demand.cacheBytesPerBlock > 0 ? max(0, left) / demand.cacheBytesPerBlock : wanted
        let count = demand.cacheTokens == nil ? min(wanted, affordable) : wanted
        guard count >= blocksPerSequence, count <= affordable else {
            let needed = max(wanted, blocksPerSequence) * demand.cacheBytesPerBlock
            throw CommandFailure.badConfiguration(
                "\(needed >> 20) MiB of KV cache do not fit: of \(demand.availableBytes >> 20) MiB, weights take "
                    + "\(demand.weightsBytes >> 20), states \(state >> 20), kept states "
                    + "\(snapshots * demand.stateBytesPerSequence >> 20), a step \(demand.scratchBytes >> 20) and requests "
                    + "\(demand.requestBytes >> 20); lower engine.max_model_len, engine.kv_cache_tokens, engine.max_sequences or engine.prefix_cache_bytes"
            )
        }
        let reserve = demand.reserveTokens.map { $0 / MemoryPlan.blockTokens } ?? count / 8
        maxModelLength = length
        sequenceCount = demand.sequenceCount
        blockCount = count
        reserveBlockCount = min(reserve, count - blocksPerSequence)
        snapshotCount = snapshots
        weightsBytes = demand.weightsBytes
        stateBytes = state
        cacheBytes = count * demand.cacheBytesPerBlock
        snapshotBytes = snapshots * demand.stateBytesPerSequence
        scratchBytes = demand.scratchBytes
        requestBytes = demand.requestBytes
        programBytes = demand.programBytes
    }

    private static func snapshotCount(_ demand: Demand, free: Int) throws -> Int {
        let most = 4 * demand.sequenceCount
        guard demand.stateBytesPerSequence > 0 else { return demand.prefixCacheBytes == 0 ? 0 : most }
        guard let bytes = demand.prefixCacheBytes else {
            return min(most, max(0, free) / 8 / demand.stateBytesPerSequence)
        }
        guard bytes <= max(0, free) else {
            throw CommandFailure.badConfiguration(
                "engine.prefix_cache_bytes is \(bytes >> 20) MiB, but only \(max(0, free) >> 20) are left; lower it"
            )
        }
        return bytes / demand.stateBytesPerSequence
    }

    /// What memory is for, bytes.
    var parts: [(use: String, bytes: Int)] {
        [
            ("program", programBytes), ("weights", weightsBytes), ("states", stateBytes), ("kv_cache", cacheBytes),
            ("prefix_cache_states", snapshotBytes), ("scratch", scratchBytes),
            ("requests", requestBytes),
        ]
    }

    /// What a server takes beside its model when so many requests may be in it: its threads' stacks and heaps, and for each
    /// request its connection, body, tokens and text. Measured under load with the built-in model.
    static func requestBytes(requestCount: Int) -> Int { (6 << 20) + requestCount * (16 << 10) }

    /// The longest sequence that fits, tokens.
    var capacityTokens: Int { (blockCount - reserveBlockCount) * MemoryPlan.blockTokens }
}
