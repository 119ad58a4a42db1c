import Engine
import Testing

@Suite struct SchedulerTests {
    func settings(sequences: Int = 4, budget: Int = 16, blocks: Int = 64) -> SchedulerSettings {
        SchedulerSettings(maxSequences: sequences, stepTokenBudget: budget, blockTokens: 4, blockCount: blocks)
    }

    @Test("decoding comes before prompts, prompts are cut at the budget and go on where they were")
    func decodeFirst() {
        var scheduler = Scheduler(settings: settings())
        scheduler.add(SequenceID(1), .test(3))
        #expect(scheduler.plan().chunks.map(\.tokens) == [0..<3])
        scheduler.extend(SequenceID(1), by: 1)
        scheduler.add(SequenceID(2), .test(40))
        let mixed = scheduler.plan()
        #expect(mixed.chunks.map(\.sequence) == [SequenceID(1), SequenceID(2)])
        #expect(mixed.chunks.map(\.tokens) == [3..<4, 0..<15])
        #expect(mixed.chunks.map(\.isComplete) == [true, false])
        #expect(mixed.operations == [.clear(slot: 1)])
        scheduler.extend(SequenceID(1), by: 5)
        #expect(scheduler.plan().chunks.map(\.tokens) == [4..<9, 15..<26])
    }

    @Test("a request that does not fit yet waits, and those behind it wait with it")
    func firstComeFirstServed() {
        var scheduler = Scheduler(settings: settings(blocks: 4))
        scheduler.add(SequenceID(1), .test(12))
        scheduler.add(SequenceID(2), .test(8))
        scheduler.add(SequenceID(3), .test(1))
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(1)])
        #expect(scheduler.waitingCount == 2)
        scheduler.remove(SequenceID(1))
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(2), SequenceID(3)])
    }

    @Test("when blocks run out the youngest gives way and is computed again from its start")
    func preemption() {
        var scheduler = Scheduler(settings: settings(blocks: 4))
        scheduler.add(SequenceID(1), .test(8))
        scheduler.add(SequenceID(2), .test(8))
        #expect(scheduler.plan().chunks.count == 2)
        scheduler.extend(SequenceID(1), by: 1)
        scheduler.extend(SequenceID(2), by: 1)
        let plan = scheduler.plan()
        #expect(plan.preempted == [SequenceID(2)])
        #expect(plan.chunks.map(\.tokens) == [8..<9])
        scheduler.remove(SequenceID(1))
        let again = scheduler.plan()
        #expect(again.chunks.map(\.tokens) == [0..<9])
        #expect(again.operations == [.clear(slot: 0)])
    }
}

extension SchedulerTests {
    @Test("a paused sequence is passed over, and goes on where it was")
    func pause() {
        var scheduler = Scheduler(settings: settings())
        scheduler.add(SequenceID(1), .test(3))
        scheduler.add(SequenceID(2), .test(3))
        #expect(scheduler.plan().chunks.count == 2)
        for id in [1, 2] { scheduler.extend(SequenceID(id), by: 1) }
        scheduler.pause(SequenceID(1))
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(2)])
        #expect(scheduler.plan().chunks.isEmpty && scheduler.answerCount == 0)
        scheduler.resume(SequenceID(1))
        let plan = scheduler.plan()
        #expect(plan.chunks.map(\.sequence) == [SequenceID(1)] && plan.chunks.map(\.tokens) == [3..<4])
        #expect(plan.operations.isEmpty)
    }

    @Test("paused sequences give their slots and blocks to those that wait, and come back before the others")
    func giveWay() {
        var scheduler = Scheduler(settings: settings(sequences: 1))
        scheduler.add(SequenceID(1), .test(3))
        #expect(scheduler.plan().chunks.count == 1)
        scheduler.extend(SequenceID(1), by: 1)
        scheduler.pause(SequenceID(1))
        for id in [2, 3] { scheduler.add(SequenceID(id), .test(3)) }
        let plan = scheduler.plan()
        #expect(plan.preempted == [SequenceID(1)] && plan.chunks.map(\.sequence) == [SequenceID(2)])
        scheduler.resume(SequenceID(1))
        scheduler.remove(SequenceID(2))
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(1)])
        for id in [1, 3] { scheduler.remove(SequenceID(id)) }
        #expect(scheduler.isIdle && scheduler.freeSlotCount == 1 && scheduler.waitingCount == 0)
    }

    @Test("a waiting sequence that is paused is in nobody's way")
    func pauseWaiting() {
        var scheduler = Scheduler(settings: settings(sequences: 1))
        for id in [1, 2, 3] { scheduler.add(SequenceID(id), .test(3)) }
        _ = scheduler.plan()
        scheduler.pause(SequenceID(2))
        scheduler.remove(SequenceID(1))
        #expect(scheduler.plan().chunks.map(\.sequence) == [SequenceID(3)])
        scheduler.remove(SequenceID(2))
        scheduler.remove(SequenceID(3))
        #expect(scheduler.isIdle && scheduler.waitingCount == 0)
    }
}

extension SequenceDemand {
    /// A prompt of its own, so that nothing of it is cached.
    static func test(_ count: Int) -> SequenceDemand {
        SequenceDemand(prompt: (0..<count).map { _ in Int32.random(in: 0 ... .max) })
    }
}
