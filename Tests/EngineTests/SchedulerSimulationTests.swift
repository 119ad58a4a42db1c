import Engine
import Testing

@Suite struct SchedulerSimulationTests {
    @Test(
        "random traffic: nothing leaks, nobody starves, every state and key is the sequence's own",
        arguments: 0..<120
    )
    func randomTraffic(seed: Int) {
        var random = TestRandom(seed)
        let reserve = Int.random(in: 0...6, using: &random)
        let settings = SchedulerSettings(
            maxSequences: Int.random(in: 1...6, using: &random),
            stepTokenBudget: Int.random(in: 6...40, using: &random),
            blockTokens: 4,
            blockCount: Int.random(in: 12...30, using: &random) + reserve,
            reserveBlockCount: reserve,
            snapshotCount: Int.random(in: 0...8, using: &random)
        )
        var simulation = SchedulerSimulation(settings: settings, traffic: .init(), seed: seed)
        simulation.run()
        #expect(simulation.fault == nil)
    }

    @Test("10,000 steps of a crowd: prefixes are hit, states are saved, and everybody is served", arguments: [1, 2])
    func longRun(seed: Int) {
        let settings = SchedulerSettings(
            maxSequences: 8,
            stepTokenBudget: 48,
            blockTokens: 4,
            blockCount: 80,
            reserveBlockCount: 16,
            snapshotCount: 10
        )
        var traffic = SchedulerSimulation.Traffic()
        traffic.stepCount = 10_000
        traffic.arrivals = 38
        traffic.accounts = 5
        traffic.longestPrompt = 60
        traffic.longestAnswer = 30
        var simulation = SchedulerSimulation(settings: settings, traffic: traffic, seed: seed)
        simulation.run()
        #expect(simulation.fault == nil)
        #expect(simulation.step >= 10_000)
        #expect(simulation.finishedCount > 3_000)
        #expect(simulation.cachedTokens > 2_000)
        #expect(simulation.savedCount > 20)
        #expect(simulation.preemptedCount > simulation.savedCount)
    }
}
