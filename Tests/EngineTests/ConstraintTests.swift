import Engine
import Grammar
import NemotronH
import Synchronization
import Testing

/// Logits that depend on the step alone.
private final class NoiseRunner: SequenceRunner {
    let vocabularySize = TestVocabulary.pieces.count
    private let seed: UInt64
    private var step: UInt64 = 0
    private let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: TestVocabulary.pieces.count)

    init(seed: Int) { self.seed = UInt64(seed) }

    deinit { logits.deallocate() }

    func resetSlot(_ slot: Int) {}
    func copySlot(_ slot: Int, to target: Int) {}
    func accept(_ acceptances: [NemotronHRunner.Acceptance]) {}

    func forward(_ chunks: [SequenceChunk]) throws -> UnsafeBufferPointer<Float> {
        step += 1
        for column in 0..<vocabularySize {
            logits[column] = Float(CounterRandom.uniform(seed: seed << 32 ^ step, position: column)) * 6
        }
        return UnsafeBufferPointer(logits)
    }
}

@Suite struct ConstraintTests {
    /// What one request says, with random logits.
    private func answer(
        _ constraint: TokenConstraint,
        seed: Int,
        thinks: Bool,
        limit: Int = 60
    ) -> (reasoning: String, content: String, result: ChoiceResult?) {
        let core = EngineCore(
            runner: NoiseRunner(seed: seed),
            vocabulary: TestVocabulary(),
            settings: SchedulerSettings(maxSequences: 1, stepTokenBudget: 64, blockTokens: 4, blockCount: 100),
            pacer: PromptPacer(maxDelay: nil),
            now: { 0 }
        )
        var request = GenerationRequest(
            prompt: [5],
            startsThinking: thinks,
            limits: .test(seed % 3 == 0 ? nil : seed % 9, limit: limit),
            sampling: SamplingParameters(temperature: 1.3, seed: UInt64(seed))
        )
        request.constraint = constraint
        let events = Mutex<[GenerationEvent]>([])
        core.submit(RequestID(1), request) { event in events.withLock { $0.append(event) } }
        while core.hasWork { core.step() }
        var (reasoning, content) = ("", "")
        var result: ChoiceResult?
        for event in events.withLock({ $0 }) {
            if case .progressed(let progress) = event {
                reasoning += progress.reasoning
                content += progress.content
            }
            if case .choiceEnded(_, let end) = event { result = end }
        }
        return (reasoning, content, result)
    }

    private func takes(_ grammar: Grammar, _ text: String) -> (beginning: Bool, whole: Bool) {
        let matcher = GrammarMatcher(grammar, TestVocabulary.trie)
        let place = matcher.advance(matcher.start, text.utf8)
        return (place != GrammarMatcher.nowhere, place != GrammarMatcher.nowhere && matcher.isComplete(place))
    }

    @Test(
        "a bound answer is a text of its grammar, behind a thought or without one, tags in it are text",
        arguments: [false, true]
    )
    func bound(thinks: Bool) throws {
        // Among its texts are tags, which are not to be read as such.
        let grammar = try Grammar.regex("(a|word |<think>|</think>|k|é|😀\\n){2,7}(STOP)?")
        let constraint = TokenConstraint(grammar, trie: TestVocabulary.trie)
        var (finished, tagged, thought) = (0, 0, 0)
        for seed in 0..<300 {
            let (reasoning, content, result) = answer(constraint, seed: seed, thinks: thinks)
            let found = takes(grammar, content)
            thought += reasoning.isEmpty ? 0 : 1
            tagged += content.contains("think>") ? 1 : 0
            if result?.finishReason == .stop {
                finished += 1
                #expect(found.whole, "\(seed): \(content)")
            } else {
                #expect(content.isEmpty || found.beginning, "\(seed): \(content)")
            }
        }
        #expect(finished > 200 && tagged > 20 && (thought > 100) == thinks)
    }

    @Test("behind a trigger the grammar binds, before it and behind the grammar's end the text is free")
    func trigger() throws {
        let grammar = try Grammar.regex("(a|k){1,3} ")
        let constraint = TokenConstraint(grammar, trie: TestVocabulary.trie, trigger: "ST")
        var bound = 0
        for seed in 0..<400 {
            let content = answer(constraint, seed: seed, thinks: seed % 2 == 0, limit: 120).content
            let parts = content.split(separator: "ST", omittingEmptySubsequences: false).dropFirst()
            for part in parts.dropLast() {
                bound += 1
                #expect(part.prefix(4).firstMatch(of: #/^[ak]{1,3} /#) != nil, "\(seed): \(content)")
            }
        }
        #expect(bound > 20)
    }
}
