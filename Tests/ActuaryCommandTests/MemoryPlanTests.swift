import Testing

@testable import actuary

@Suite struct MemoryPlanTests {
    private func demand(
        length: Int? = nil,
        cacheTokens: Int? = nil,
        available: Int = 10_000
    ) -> MemoryPlan.Demand {
        MemoryPlan.Demand(
            contextLength: 100,
            requestedLength: length,
            sequenceCount: 4,
            cacheTokens: cacheTokens,
            weightsBytes: 1_000,
            stateBytesPerSequence: 100,
            cacheBytesPerBlock: 160,
            availableBytes: available
        )
    }

    @Test("with room for all, every sequence gets a full context")
    func ample() throws {
        let plan = try MemoryPlan(demand())
        #expect(plan.blockCount == 4 * 7)
        #expect(plan.reserveBlockCount == 3)
        #expect(plan.capacityTokens == (4 * 7 - 3) * 16)
        // An eighth of 7,600 bytes.
        #expect(plan.snapshotCount == 9 && plan.snapshotBytes == 900)
        #expect(plan.stateBytes == 400)
        #expect(plan.cacheBytes == 28 * 160)
        #expect(plan.maxModelLength == 100)
    }

    @Test("with less, the cache takes what is left")
    func scarce() throws {
        // 90 % of 4,000 bytes less 1,400 are 2,200: two states and 12 blocks.
        let plan = try MemoryPlan(demand(available: 4_000))
        #expect(plan.snapshotCount == 2 && plan.blockCount == 12)
        // The reserve leaves a whole context to running sequences.
        #expect(try MemoryPlan(demand(available: 3_000)).reserveBlockCount == 0)
    }

    @Test("kept states are as many as asked for, or refused with what is left")
    func snapshots() throws {
        var demand = demand()
        demand.prefixCacheBytes = 350
        #expect(try MemoryPlan(demand).snapshotCount == 3)
        demand.prefixCacheBytes = 0
        #expect(try MemoryPlan(demand).snapshotCount == 0)
        demand.prefixCacheBytes = 50 << 20
        #expect {
            try MemoryPlan(demand)
        } throws: { error in
            guard case .badConfiguration(let text)? = error as? CommandFailure else { return false }
            return text.contains("engine.prefix_cache_bytes is 50 MiB")
        }
    }

    @Test("a step's memory is planned before the cache")
    func scratch() throws {
        var demand = demand()
        demand.scratchBytes = 5_600
        let plan = try MemoryPlan(demand)
        #expect(plan.scratchBytes == 5_600 && plan.snapshotCount == 2 && plan.blockCount == 11)
        #expect(plan.parts.reduce(0) { $0 + $1.bytes } <= 9_000)
    }

    @Test("what requests take is planned before the cache, and grows with how many there may be")
    func requests() throws {
        var demand = demand()
        demand.requestBytes = 5_600
        let plan = try MemoryPlan(demand)
        #expect(plan.requestBytes == 5_600 && plan.snapshotCount == 2 && plan.blockCount == 11)
        #expect(plan.parts.contains { $0.use == "requests" && $0.bytes == 5_600 })
        #expect(MemoryPlan.requestBytes(requestCount: 300) - MemoryPlan.requestBytes(requestCount: 200) == 100 << 14)
    }

    @Test("what does not fit is refused with what to change", arguments: [(nil, 1_500), (900, 4_000)] as [(Int?, Int)])
    func refused(cacheTokens: Int?, available: Int) {
        #expect {
            try MemoryPlan(demand(cacheTokens: cacheTokens, available: available))
        } throws: { error in
            guard case .badConfiguration(let text)? = error as? CommandFailure else { return false }
            return text.contains("engine.max_model_len")
        }
    }

    @Test("a context longer than the model's is refused, a shorter one kept")
    func length() throws {
        #expect(throws: CommandFailure.self) { try MemoryPlan(demand(length: 101)) }
        #expect(try MemoryPlan(demand(length: 20)).blockCount == 4 * 2)
    }

    @Test("a model without attention needs no cache to speak of")
    func noAttention() throws {
        var demand = demand()
        demand.cacheBytesPerBlock = 0
        let plan = try MemoryPlan(demand)
        #expect(plan.capacityTokens >= 100)
        #expect(plan.cacheBytes == 0)
    }
}
