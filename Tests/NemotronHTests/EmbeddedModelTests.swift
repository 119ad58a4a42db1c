import Compute
import NemotronH
import TestSupport
import Testing

/// The shipped checkpoint gives the logits that `transformers` computes from its files.
@Suite struct EmbeddedModelTests {
    @Test("the built-in model gives the reference's logits and greedy traces", arguments: KernelVariant.supported)
    func golden(variant: KernelVariant) throws {
        let golden = try GoldenModel(
            directory: Fixtures.embeddedModel,
            expected: Fixtures.embeddedGolden,
            variant: variant
        )
        let runner = try golden.runner()
        #expect(golden.promptLengths.count >= 4)
        for length in golden.promptLengths {
            var sequence = TestSequence(slot: 0, runner: runner)
            let logits = sequence.feed(try golden.tokens("prompt_\(length)"), to: runner)
            #expect(distance(logits, try golden.floats("logits_\(length)")) < GoldenModel.tolerance)
            var row = logits.suffix(runner.vocabularySize)
            var trace: [Int32] = []
            let expected = try golden.tokens("greedy_\(length)")
            for _ in expected {
                trace.append(argmax(row))
                row = sequence.feed(trace.suffix(1), to: runner)[...]
            }
            #expect(trace == expected)
        }
    }
}
