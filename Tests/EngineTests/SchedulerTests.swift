import Engine
import Testing

@Suite struct SchedulerTests {
    private func settings(sequences: Int = 4, budget: Int = 16, blocks: Int = 64) -> SchedulerSettings {
        SchedulerSettings(maxSequences: sequences, stepTokenBudget: budget, blockTokens: 4, blockCount: blocks)
    }

    @Test("decoding comes before prompts, prompts are cut at the budget and go on where they were")
    func decodeFirst() {
        var scheduler = Scheduler(settings: settings())
        scheduler.add(SequenceID(1), promptCount: 3)
        #expect(scheduler.plan().chunks.map(\.tokens) == [0..<3])
        scheduler.extend(SequenceID(1), by: 1)
        scheduler.add(SequenceID(2), promptCount: 40)
        let mixed = scheduler.plan()
        #expect(mixed.chunks.map(\.sequence) == [SequenceID(1), SequenceID(2)])
        #expect(mixed.chunks.map(\.tokens) == [3..<4, 0..<15])
        #expect(mixed.chunks.map(\.isComplete) == [true, false])
        #expect(mixed.chunks.map(\.startsFresh) == [false, true])
        scheduler.extend(SequenceID(1), by: 5)
        #expect(scheduler.plan().chunks.map(\.tokens) == [4..<9, 15..<26])
    }

    @Test("a request that does not fit yet waits, and those behind it wait with it")
    func firstComeFirstServed() {
        var scheduler = Scheduler(settings: settings(blocks: 4))
        scheduler.add(SequenceID(1), promptCount: 12)
        scheduler.add(SequenceID(2), promptCount: 8)
        scheduler.add(SequenceID(3), promptCount: 1)
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(1)])
        #expect(scheduler.waitingCount == 2)
        scheduler.remove(SequenceID(1))
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(2), SequenceID(3)])
    }

    @Test("when blocks run out the youngest gives way and is computed again from its start")
    func preemption() {
        var scheduler = Scheduler(settings: settings(blocks: 4))
        scheduler.add(SequenceID(1), promptCount: 8)
        scheduler.add(SequenceID(2), promptCount: 8)
        #expect(scheduler.plan().chunks.count == 2)
        scheduler.extend(SequenceID(1), by: 1)
        scheduler.extend(SequenceID(2), by: 1)
        let plan = scheduler.plan()
        #expect(plan.preempted == [SequenceID(2)])
        #expect(plan.chunks.map(\.tokens) == [8..<9])
        scheduler.remove(SequenceID(1))
        let again = scheduler.plan()
        #expect(again.chunks.map(\.tokens) == [0..<9])
        #expect(again.chunks.first?.startsFresh == true)
    }

    @Test("random traffic: nothing leaks, nothing starves, budgets hold", arguments: 0..<60)
    func simulation(seed: Int) {
        var random = TestRandom(seed)
        let settings = settings(
            sequences: Int.random(in: 1...6, using: &random),
            budget: Int.random(in: 6...40, using: &random),
            blocks: Int.random(in: 10...30, using: &random)
        )
        var scheduler = Scheduler(settings: settings)
        var known: [SequenceID: Int] = [:]
        var computed: [SequenceID: Int] = [:]
        var left: [SequenceID: Int] = [:]
        var arrivals = 40
        var steps = 0
        while arrivals > 0 || !left.isEmpty {
            steps += 1
            #expect(steps < 20_000, "a sequence starves")
            if steps >= 20_000 { return }
            if arrivals > 0, Int.random(in: 0..<3, using: &random) == 0 {
                let id = SequenceID(arrivals)
                arrivals -= 1
                let prompt = Int.random(in: 1...20, using: &random)
                scheduler.add(id, promptCount: prompt)
                (known[id], computed[id], left[id]) = (prompt, 0, Int.random(in: 1...18, using: &random))
            }
            let plan = scheduler.plan()
            for id in plan.preempted { computed[id] = 0 }
            #expect(plan.tokenCount <= settings.stepTokenBudget)
            let slots = plan.chunks.map(\.slot)
            let blocks = plan.chunks.flatMap(\.blocks)
            #expect(Set(slots).count == slots.count && Set(blocks).count == blocks.count)
            for chunk in plan.chunks {
                let id = chunk.sequence
                #expect(chunk.tokens.lowerBound == computed[id])
                #expect(chunk.blocks.count * settings.blockTokens >= chunk.tokens.upperBound)
                computed[id] = chunk.tokens.upperBound
                #expect(chunk.isComplete == (computed[id] == known[id]))
                guard chunk.isComplete else { continue }
                left[id, default: 0] -= 1
                if left[id] == 0 || Int.random(in: 0..<50, using: &random) == 0 {
                    scheduler.remove(id)
                    left[id] = nil
                } else {
                    let count = Int.random(in: 0..<10, using: &random) == 0 ? 3 : 1
                    guard (known[id] ?? 0) + count <= scheduler.capacityTokens else {
                        scheduler.remove(id)
                        left[id] = nil
                        continue
                    }
                    scheduler.extend(id, by: count)
                    known[id, default: 0] += count
                }
            }
        }
        #expect(scheduler.isIdle)
        #expect(scheduler.freeBlockCount == settings.blockCount)
        #expect(scheduler.freeSlotCount == settings.maxSequences)
    }
}
