/// How the machine's memory is divided before the first request; nothing grows beyond it.
struct MemoryPlan: Equatable, Sendable {
    /// Tokens in one KV block.
    static let blockTokens = 16

    var maxModelLength: Int
    var sequenceCount: Int
    var blockCount: Int
    var weightsBytes: Int
    var stateBytes: Int
    var cacheBytes: Int

    /// What the plan depends on.
    struct Demand: Sendable {
        var contextLength: Int
        var requestedLength: Int?
        var sequenceCount: Int
        var cacheTokens: Int?
        var weightsBytes: Int
        var stateBytesPerSequence: Int
        var cacheBytesPerBlock: Int
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
        let free = demand.availableBytes / 10 * 9 - demand.weightsBytes - state
        let affordable = demand.cacheBytesPerBlock > 0 ? max(0, free) / demand.cacheBytesPerBlock : wanted
        let count = demand.cacheTokens == nil ? min(wanted, affordable) : wanted
        guard count >= blocksPerSequence, count <= affordable else {
            let needed = max(wanted, blocksPerSequence) * demand.cacheBytesPerBlock
            throw CommandFailure.badConfiguration(
                "\(needed >> 20) MiB of KV cache do not fit: of \(demand.availableBytes >> 20) MiB, weights take "
                    + "\(demand.weightsBytes >> 20) and states \(state >> 20); lower engine.max_model_len, "
                    + "engine.kv_cache_tokens or engine.max_sequences"
            )
        }
        maxModelLength = length
        sequenceCount = demand.sequenceCount
        blockCount = count
        weightsBytes = demand.weightsBytes
        stateBytes = state
        cacheBytes = count * demand.cacheBytesPerBlock
    }

    /// The longest sequence that fits, tokens.
    var capacityTokens: Int { blockCount * MemoryPlan.blockTokens }
}
