import Compute
import NemotronH
import Testing

@Suite struct GoldenTests {
    @Test("prefill in one shot gives the reference's logits", arguments: GoldenModel.names, GoldenModel.promptLengths)
    func prefill(name: String, length: Int) throws {
        let golden = try GoldenModel(name)
        let runner = try golden.runner()
        var sequence = TestSequence(slot: 0, runner: runner)
        let logits = sequence.feed(try golden.tokens("prompt_\(length)"), to: runner)
        #expect(distance(logits, try golden.floats("logits_\(length)")) < GoldenModel.tolerance)
    }

    @Test("one token at a time gives the reference's logits", arguments: GoldenModel.names, GoldenModel.promptLengths)
    func steps(name: String, length: Int) throws {
        let golden = try GoldenModel(name)
        let runner = try golden.runner()
        var sequence = TestSequence(slot: 0, runner: runner)
        let rows = try golden.tokens("prompt_\(length)").map { sequence.feed([$0], to: runner) }
        let expected = try golden.floats("steps_logits_\(length)")
        #expect(distance(rows.suffix(4).joined(), expected) < GoldenModel.tolerance)
    }

    @Test("greedy traces are the reference's", arguments: GoldenModel.names, GoldenModel.promptLengths)
    func greedy(name: String, length: Int) throws {
        let golden = try GoldenModel(name)
        let runner = try golden.runner()
        var sequence = TestSequence(slot: 0, runner: runner)
        let expected = try golden.tokens("greedy_\(length)")
        let width = runner.vocabularySize
        var row = sequence.feed(try golden.tokens("prompt_\(length)"), to: runner).suffix(width)
        var trace: [Int32] = []
        var rows: [Float] = []
        for _ in expected {
            rows += row
            trace.append(argmax(row))
            row = sequence.feed(trace.suffix(1), to: runner)[...]
        }
        #expect(trace == expected)
        #expect(distance(rows, try golden.floats("greedy_logits_\(length)")) < GoldenModel.tolerance)
    }

    @Test("the stop tokens are those of both configurations", arguments: GoldenModel.names)
    func stopTokens(name: String) throws {
        let model = try GoldenModel(name).model
        #expect(model.configuration.endTokenIDs == [12])
        #expect(model.stopTokenIDs == [2, 11, 12])
    }

    @Test("sizes in bytes follow from the shapes")
    func sizes() throws {
        // M*-M-M*: three times a convolution of 3 x 192 and a state of 8 x 16 x 16; two times 2 x 2 x 16 a token.
        let model = try GoldenModel("hybrid-two-groups").model
        #expect(model.stateBytesPerSlot == 3 * 4 * (3 * 192 + 8 * 16 * 16))
        #expect(model.kvBytesPerBlock(tokens: 32, format: .bfloat16) == 2 * 2 * 32 * 2 * 2 * 16)
        #expect(model.weightBytes == 824_352)
        #expect(try GoldenModel("attention-only").model.stateBytesPerSlot == 0)
        #expect(try GoldenModel("mamba-only").model.kvBytesPerBlock(tokens: 16, format: .float32) == 0)
    }
}
