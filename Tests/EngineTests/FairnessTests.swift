import Engine
import Testing

/// Shares beside each other, counted in steps of a fake device.
@Suite struct FairnessTests {
    private let settings = SchedulerSettings(
        maxSequences: 8,
        stepTokenBudget: 64,
        blockTokens: 4,
        blockCount: 2_000,
        reserveBlockCount: 200,
        snapshotCount: 16
    )

    private func prompt(_ kind: Int, _ count: Int) -> [Int32] { (0..<count).map { Int32(kind * 10_000 + $0) } }

    /// Sends ten requests of one account, one after the other.
    ///
    /// - Returns: For each the steps to its first token.
    private func stepsToFirstToken(promptCount: Int, beside crowd: Int, answerCount: Int) -> [Int] {
        var scheduler = Scheduler(settings: settings)
        var answers: [SequenceID: Int] = [:]
        for index in 0..<crowd {
            let demand = SequenceDemand(prompt: prompt(index, 120), share: ShareKey(account: "crowd"))
            scheduler.add(SequenceID(index), demand)
        }
        func step() -> Set<SequenceID> {
            let plan = scheduler.plan()
            let complete = plan.chunks.filter(\.isComplete).map(\.sequence)
            for id in complete {
                answers[id, default: 0] += 1
                if answers[id] == answerCount { scheduler.remove(id) } else { scheduler.extend(id, by: 1) }
            }
            return Set(complete)
        }
        for _ in 0..<(crowd == 0 ? 0 : 40) { _ = step() }
        return (0..<10).map { index in
            let id = SequenceID(1_000 + index)
            let share = ShareKey(account: "other")
            scheduler.add(id, SequenceDemand(prompt: prompt(1_000 + index, promptCount), share: share))
            var count = 1
            while !step().contains(id) { count += 1 }
            while answers[id] != answerCount { _ = step() }
            return count
        }
    }

    @Test(
        "500 requests of one account delay another's first token by a step and its own prefill",
        arguments: [10, 64, 300]
    )
    func flood(promptCount: Int) {
        let alone = stepsToFirstToken(promptCount: promptCount, beside: 0, answerCount: 20)
        let crowded = stepsToFirstToken(promptCount: promptCount, beside: 500, answerCount: 20)
        let prefill =
            (promptCount + settings.stepTokenBudget - settings.maxSequences - 1)
            / (settings.stepTokenBudget - settings.maxSequences)
        for (one, other) in zip(alone.sorted(), crowded.sorted()) { #expect(other <= one + 1 + prefill) }
    }

    @Test("inside an account the first to come is the first to be served")
    func order() {
        var scheduler = Scheduler(settings: settings)
        for index in 0..<30 { scheduler.add(SequenceID(index), SequenceDemand(prompt: prompt(index, 30))) }
        var served: [Int] = []
        while served.count < 30 {
            for chunk in scheduler.plan().chunks where chunk.isComplete {
                served.append(chunk.sequence.value)
                scheduler.remove(chunk.sequence)
            }
        }
        #expect(served == Array(0..<30))
    }

    @Test("classes share by weight: priority four parts, standard one, flex a quarter")
    func tiers() {
        var scheduler = Scheduler(settings: settings)
        var id = 0
        var tokens: [ServiceTier: Int] = [:]
        var tierOf: [SequenceID: ServiceTier] = [:]
        func add(_ tier: ServiceTier) {
            let demand = SequenceDemand(prompt: prompt(id, 100), share: ShareKey(account: "a", tier: tier))
            tierOf[SequenceID(id)] = tier
            scheduler.add(SequenceID(id), demand)
            id += 1
        }
        for tier in ServiceTier.allCases { for _ in 0..<20 { add(tier) } }
        for _ in 0..<3_000 {
            for chunk in scheduler.plan().chunks {
                guard let tier = tierOf[chunk.sequence] else { continue }
                tokens[tier, default: 0] += chunk.tokens.count
                if chunk.isComplete {
                    scheduler.remove(chunk.sequence)
                    add(tier)
                }
            }
        }
        let standard = Double(tokens[.standard] ?? 0)
        #expect((3.6...4.4).contains(Double(tokens[.priority] ?? 0) / standard))
        #expect((0.2...0.3).contains(Double(tokens[.flex] ?? 0) / standard))
    }
}
