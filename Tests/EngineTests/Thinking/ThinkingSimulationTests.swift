import Engine
import Foundation
import Testing

/// DESIGN section 4, "The bound", against models that do not play along.
@Suite struct ThinkingSimulationTests {
    /// More of them by the environment: `THINKING_SEEDS=400`.
    static let seedCount = ProcessInfo.processInfo.environment["THINKING_SEEDS"].flatMap { Int($0) } ?? 42
    static let requestsPerSeed = 250

    @Test("scripted models in a crowd: every bound holds, every byte is on its side", arguments: 0..<seedCount)
    func bound(seed: Int) {
        let report = ThinkingSimulation.run(seed: seed, requestCount: Self.requestsPerSeed)
        #expect(report.violations.isEmpty, "\(report.violations.count): \(report.violations.prefix(3))")
        #expect(report.choiceCount >= Self.requestsPerSeed * 3 / 4)
        // What is to be tested must have happened.
        for end in [ThinkingEnd.natural, .budget, .reserve, .credits, .control, .toolCall, .disabled, .length] {
            if end != .length { #expect(report.endings[end, default: 0] > 0, "no thought ended by \(end)") }
        }
        #expect(report.boundCount > 0)
        if [33, 64].contains([1, 2, 4, 8, 16, 33, 64][seed % 7]) { #expect(report.largestBatch > 16) }
        print(
            "thinking, seed \(seed): \(report.requestCount) requests, \(report.choiceCount) choices, \(report.tokenCount) "
                + "tokens, batch \(report.largestBatch), \(report.preemptions) preemptions, \(report.cachedTokens) cached, "
                + "\(report.controls) controls, \(report.boundCount) bound answers, \(report.violations.count) violations"
        )
    }
}
