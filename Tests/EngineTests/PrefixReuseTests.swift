import Engine
import Testing

/// What of a prompt is computed again, by the kinds of prompts that users send.
@Suite struct PrefixReuseTests {
    private static let blockTokens = 16

    private func scheduler(snapshots: Int = 12) -> Scheduler {
        Scheduler(
            settings: SchedulerSettings(
                maxSequences: 4,
                stepTokenBudget: 256,
                blockTokens: Self.blockTokens,
                blockCount: 1_000,
                snapshotCount: snapshots
            )
        )
    }

    /// Distinct tokens, so that only what is meant to be equal is.
    private func text(_ kind: Int, _ count: Int) -> [Int32] { (0..<count).map { Int32(kind * 100_000 + $0) } }

    /// Computes a prompt and a few tokens of an answer; returns how many tokens were cached.
    private func serve(
        _ prompt: [Int32],
        ends: [Int],
        account: String = "a",
        on scheduler: inout Scheduler,
        as id: Int
    ) -> Int {
        let sequence = SequenceID(id)
        scheduler.add(sequence, SequenceDemand(prompt: prompt, share: ShareKey(account: account), snapshotPoints: ends))
        var cached: Int?
        for _ in 0..<200 {
            let plan = scheduler.plan()
            if let start = plan.starts.first(where: { $0.sequence == sequence }) { cached = start.cachedTokens }
            if plan.chunks.contains(where: \.isComplete) { break }
        }
        scheduler.extend(sequence, by: 1)
        _ = scheduler.plan()
        scheduler.remove(sequence)
        return cached ?? -1
    }

    /// A conversation: system prompt, question, opening of the answer.
    private func chat(_ system: [Int32], _ question: [Int32]) -> (prompt: [Int32], ends: [Int]) {
        (system + question + [-1, -2, -3], [system.count, system.count + question.count])
    }

    @Test("an identical prompt is computed but for the last 32 tokens at most", arguments: [40, 133, 1_000, 2_007])
    func resend(count: Int) {
        var scheduler = scheduler()
        let (prompt, ends) = chat(text(1, 25), text(2, count))
        #expect(serve(prompt, ends: ends, on: &scheduler, as: 1) == 0)
        let cached = serve(prompt, ends: ends, on: &scheduler, as: 2)
        #expect(cached >= prompt.count - 32 && cached < prompt.count)
        #expect(cached % Self.blockTokens == 0)
    }

    @Test("the next turn without the thought, and the same system prompt with another question")
    func turns() {
        var scheduler = scheduler()
        let first = chat(text(1, 300), text(2, 450))
        _ = serve(first.prompt, ends: first.ends, on: &scheduler, as: 1)
        // What was thought is not in the history: it goes on behind the first question.
        let next = text(1, 300) + text(2, 450) + text(3, 80) + text(4, 60) + [-1, -2, -3]
        let cached = serve(next, ends: [300, 750, 890], on: &scheduler, as: 2)
        #expect(cached >= 750 - 32 && cached <= 750)
        let other = chat(text(1, 300), text(5, 200))
        let systemCached = serve(other.prompt, ends: other.ends, on: &scheduler, as: 3)
        #expect(systemCached >= 300 - 32 && systemCached <= 300)
    }

    @Test("a document inside one message: from the third question on it is computed but for 64 tokens at most")
    func document() {
        var scheduler = scheduler()
        let document = text(9, 1_500)
        let cached = (0..<4).map { index in
            let prompt = chat(text(1, 30), document + text(10 + index, 40))
            return serve(prompt.prompt, ends: prompt.ends, on: &scheduler, as: index)
        }
        #expect(cached[0] == 0)
        #expect(cached[1] < 512)
        #expect(cached[2] >= 1_530 - 64 && cached[3] >= 1_530 - 64)
    }

    @Test("an account never hits what another has cached")
    func isolation() {
        var scheduler = scheduler()
        let (prompt, ends) = chat(text(1, 100), text(2, 100))
        #expect(serve(prompt, ends: ends, account: "a", on: &scheduler, as: 1) == 0)
        #expect(serve(prompt, ends: ends, account: "b", on: &scheduler, as: 2) == 0)
        #expect(serve(prompt, ends: ends, account: "a", on: &scheduler, as: 3) > 150)
        #expect(serve(prompt, ends: ends, account: "b", on: &scheduler, as: 4) > 150)
    }

    @Test("requests that come together compute what they share once")
    func together() {
        var scheduler = scheduler()
        let prompts = (0..<4).map { chat(text(1, 400), text(2 + $0, 50)) }
        for (index, (prompt, ends)) in prompts.enumerated() {
            scheduler.add(SequenceID(index), SequenceDemand(prompt: prompt, snapshotPoints: ends))
        }
        var computed = 0
        var done: Set<SequenceID> = []
        while done.count < prompts.count {
            let plan = scheduler.plan()
            computed += plan.tokenCount
            for chunk in plan.chunks where chunk.isComplete { done.insert(chunk.sequence) }
        }
        #expect(computed <= 400 + 4 * (53 + Self.blockTokens))
    }

    @Test("with one place, what saves more work stays")
    func eviction() {
        var scheduler = scheduler(snapshots: 1)
        let long = chat([], text(1, 800))
        _ = serve(long.prompt, ends: [800], on: &scheduler, as: 1)
        #expect(serve(long.prompt, ends: [800], on: &scheduler, as: 2) == 800)
        let short = chat([], text(2, 40))
        _ = serve(short.prompt, ends: [40], on: &scheduler, as: 3)
        #expect(serve(long.prompt, ends: [800], on: &scheduler, as: 4) == 800)
        #expect(scheduler.prefixes.snapshotCount == 1)
    }
}
