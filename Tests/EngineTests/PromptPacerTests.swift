import Engine
import Testing

/// Scheduler and pacer together, on machines that exist only as formulas.
@Suite struct PromptPacerTests {
    /// What a step costs: weights are read, or every token is computed, whichever takes longer; with noise.
    struct Machine: Sendable {
        var readSeconds: Double
        var tokenSeconds: Double
        var noise: Double

        func seconds(_ tokens: Int, _ random: inout TestRandom) -> Double {
            max(readSeconds, Double(tokens) * tokenSeconds)
                * Double.random(in: (1 - noise)...(1 + noise), using: &random)
        }
    }

    private static let maxDelay = 0.1
    private static let machines = [
        Machine(readSeconds: 0.1, tokenSeconds: 0.0115, noise: 0.05),
        Machine(readSeconds: 0.011, tokenSeconds: 0.0012, noise: 0.1),
        Machine(readSeconds: 0.0002, tokenSeconds: 0.00005, noise: 0.1),
        Machine(readSeconds: 0.02, tokenSeconds: 0.0001, noise: 0.02),
    ]

    @Test("prompts of 8,000 tokens hold up running answers no longer than they may", arguments: machines, [1, 3, 8])
    func gaps(machine: Machine, streams: Int) {
        var random = TestRandom(streams)
        var pacer = PromptPacer(maxDelay: .milliseconds(100))
        var scheduler = Scheduler(
            settings: SchedulerSettings(maxSequences: 16, stepTokenBudget: 512, blockTokens: 16, blockCount: 40_000)
        )
        for id in 0..<streams { scheduler.add(SequenceID(id), .test(20)) }
        var (alone, disturbed, prompts, finished) = ([Double](), [Double](), 0, 0)
        var promptSeconds = 0.0
        for step in 0..<4000 {
            if step >= 100, prompts - finished < 2 {
                prompts += 1
                scheduler.add(SequenceID(100 + prompts), .test(8000))
            }
            let answers = scheduler.answerCount
            let plan = scheduler.plan(promptLimit: pacer.limit(answerCount: answers))
            let seconds = machine.seconds(plan.tokenCount, &random)
            pacer.record(answerCount: plan.answerCount, promptTokens: plan.promptTokenCount, seconds: seconds)
            if plan.answerCount > 0 {
                if step < 100 { alone.append(seconds) } else { disturbed.append(seconds) }
            }
            if plan.promptTokenCount > 0 { promptSeconds += seconds }
            for chunk in plan.chunks where chunk.isComplete {
                if chunk.sequence.value < 100 {
                    scheduler.extend(chunk.sequence, by: 1)
                } else {
                    scheduler.remove(chunk.sequence)
                    finished += 1
                }
            }
        }
        let undisturbed = alone.sorted()[alone.count / 2]
        let ordered = disturbed.sorted()
        #expect(ordered[ordered.count * 99 / 100] <= max(3 * undisturbed, undisturbed + Self.maxDelay))
        #expect(ordered.last ?? 0 <= undisturbed + 3 * Self.maxDelay)
        #expect(finished > 0, "prompts do not get on")
        // What may be used is used: prompts advance at half the speed or more that the delay allows.
        let allowed = min(512.0, (undisturbed + Self.maxDelay) / machine.tokenSeconds) - Double(streams)
        #expect(Double(finished) * 8000 >= 0.5 * allowed * Double(ordered.count) - 8000)
    }

    @Test("answers alone are measured first, and again after many steps with prompts")
    func measures() {
        var pacer = PromptPacer(maxDelay: .milliseconds(100))
        #expect(pacer.limit(answerCount: 0) == .max)
        #expect(pacer.limit(answerCount: 2) == 0)
        pacer.record(answerCount: 2, promptTokens: 0, seconds: 0.01)
        #expect(pacer.limit(answerCount: 3) == PromptPacer.leastTokens)
        #expect(pacer.limit(answerCount: 4) == 0)
        for _ in 0..<PromptPacer.stepsBetweenMeasures {
            #expect(pacer.limit(answerCount: 2) > 0)
            pacer.record(answerCount: 2, promptTokens: 8, seconds: 0.02)
        }
        #expect(pacer.limit(answerCount: 2) == 0)
    }

    @Test("a step that took too long lowers the limit at once, one that cost nothing at most doubles it")
    func adapts() {
        var pacer = PromptPacer(maxDelay: .milliseconds(100))
        pacer.record(answerCount: 1, promptTokens: 0, seconds: 0.05)
        for expected in [16, 32, 64, 128] {
            pacer.record(answerCount: 1, promptTokens: pacer.limit(answerCount: 1), seconds: 0.05)
            #expect(pacer.limit(answerCount: 1) == expected)
        }
        pacer.record(answerCount: 1, promptTokens: 128, seconds: 0.35)
        #expect(pacer.limit(answerCount: 1) == 23)
        pacer.record(answerCount: 1, promptTokens: 4, seconds: 0.05)
        #expect(pacer.limit(answerCount: 1) == 23)
        pacer.record(answerCount: 1, promptTokens: 23, seconds: 60)
        #expect(pacer.limit(answerCount: 1) == PromptPacer.leastTokens)
    }

    @Test("without a bound there is none")
    func unbounded() {
        var pacer = PromptPacer(maxDelay: nil)
        #expect(pacer.limit(answerCount: 5) == .max)
        pacer.record(answerCount: 5, promptTokens: 500, seconds: 10)
        #expect(pacer.limit(answerCount: 5) == .max)
    }
}
