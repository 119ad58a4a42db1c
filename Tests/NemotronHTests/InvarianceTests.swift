import Compute
import NemotronH
import Testing

/// Everything here is compared bit for bit.
@Suite struct InvarianceTests {
    private static let length = 300

    /// All logits of the longest prompt, computed in one shot on one thread by the best kernels.
    private static func oneShot(_ golden: GoldenModel) throws -> [Float] {
        let runner = try golden.runner()
        var sequence = TestSequence(slot: 0, runner: runner)
        return sequence.feed(try golden.tokens("prompt_\(length)"), to: runner)
    }

    @Test("a prompt cut at random gives the same bits", arguments: GoldenModel.names, 1...4)
    func splits(name: String, seed: Int) throws {
        let golden = try GoldenModel(name)
        let prompt = try golden.tokens("prompt_\(Self.length)")
        let runner = try golden.runner()
        var sequence = TestSequence(slot: seed, runner: runner)
        var random = SeededGenerator(seed: UInt64(seed))
        var logits: [Float] = []
        var rest = prompt[...]
        while !rest.isEmpty {
            // Short pieces often, so that chunks below the convolution's width occur.
            let count = min(rest.count, Int.random(in: 1...(Bool.random(using: &random) ? 4 : 90), using: &random))
            logits += sequence.feed(rest.prefix(count), to: runner)
            rest = rest.dropFirst(count)
        }
        #expect(haveSameBits(logits, try Self.oneShot(golden)))
    }

    @Test("a prompt cut in two anywhere gives the same bits", arguments: GoldenModel.names)
    func everySplit(name: String) throws {
        let golden = try GoldenModel(name)
        let prompt = try golden.tokens("prompt_37")
        let runner = try golden.runner()
        var whole = TestSequence(slot: 0, runner: runner)
        let expected = whole.feed(prompt, to: runner)
        for cut in 1..<prompt.count {
            var sequence = TestSequence(slot: 1, runner: runner)
            let head = sequence.feed(prompt[..<cut], to: runner)
            #expect(haveSameBits(head + sequence.feed(prompt[cut...], to: runner), expected), "cut at \(cut)")
        }
    }

    @Test("sequences mixed in batches give the bits they give alone", arguments: GoldenModel.names, 1...2)
    func batches(name: String, seed: Int) throws {
        let golden = try GoldenModel(name)
        let runner = try golden.runner()
        var random = SeededGenerator(seed: UInt64(seed + 100))
        let prompts = try GoldenModel.promptLengths.map {
            try golden.tokens("prompt_\($0)") + golden.tokens("greedy_\($0)").prefix(16)
        }
        let expected = try prompts.map { prompt in
            let runner = try golden.runner()
            var sequence = TestSequence(slot: 2, runner: runner)
            return sequence.feed(prompt, to: runner)
        }
        var sequences = prompts.indices.map { TestSequence(slot: $0, runner: runner) }
        var logits = prompts.map { _ in [Float]() }
        while true {
            // Each unfinished sequence decodes one token, feeds a chunk, or waits.
            var chunks: [SequenceChunk] = []
            let unfinished = prompts.indices.filter { sequences[$0].position < prompts[$0].count }
            guard !unfinished.isEmpty else { break }
            for index in unfinished.shuffled(using: &random) where Int.random(in: 0..<4, using: &random) > 0 {
                let rest = prompts[index][sequences[index].position...]
                let count = Bool.random(using: &random) ? 1 : min(rest.count, Int.random(in: 1...60, using: &random))
                chunks.append(sequences[index].chunk(rest.prefix(count)))
            }
            guard !chunks.isEmpty else { continue }
            var rows = runner.forward(chunks)[...]
            for chunk in chunks {
                let count = chunk.logitRows * runner.vocabularySize
                logits[chunk.slot] += rows.prefix(count)
                rows = rows.dropFirst(count)
            }
        }
        for (row, expectedRow) in zip(logits, expected) { #expect(haveSameBits(row, expectedRow)) }
    }

    @Test("a sequence that was saved and restored elsewhere goes on with the same bits", arguments: GoldenModel.names)
    func snapshots(name: String) throws {
        let golden = try GoldenModel(name)
        let prompt = try golden.tokens("prompt_\(Self.length)")
        let expected = try Self.oneShot(golden)
        let runner = try golden.runner()
        let width = runner.vocabularySize
        for cut in [1, 2, 16, 33, 150, 299] {
            var sequence = TestSequence(slot: 1, runner: runner)
            _ = sequence.feed(prompt[..<cut], to: runner)
            let snapshot = runner.saveState(slot: 1, blockTable: sequence.blocks, tokenCount: cut)
            #expect(snapshot.tokenCount == cut)
            // Others use its memory and the memory it will get.
            for slot in [1, 4] {
                var other = TestSequence(slot: slot, runner: runner)
                _ = other.feed(prompt.reversed(), to: runner)
            }
            var restored = TestSequence(slot: 4, runner: runner, position: cut)
            runner.restore(snapshot, slot: 4, blockTable: restored.blocks)
            let rest = restored.feed(prompt[cut...], to: runner)
            #expect(haveSameBits(rest, expected[(cut * width)...]), "cut at \(cut)")
        }
    }

    @Test("any number of threads gives the same bits", arguments: GoldenModel.names, [2, 3, 8])
    func threads(name: String, threadCount: Int) throws {
        let expected = try Self.oneShot(try GoldenModel(name))
        let golden = try GoldenModel(name, threadCount: threadCount)
        #expect(haveSameBits(try Self.oneShot(golden), expected))
    }

    @Test("all kernels give the same bits", arguments: GoldenModel.names, KernelVariant.supported)
    func kernels(name: String, variant: KernelVariant) throws {
        let expected = try Self.oneShot(try GoldenModel(name))
        #expect(haveSameBits(try Self.oneShot(try GoldenModel(name, variant: variant)), expected))
    }

    @Test("only the rows that are asked for come back, in the order of the chunks")
    func logitRows() throws {
        let golden = try GoldenModel("hybrid-two-groups")
        let prompt = try golden.tokens("prompt_37")
        let runner = try golden.runner()
        let width = runner.vocabularySize
        var alone = TestSequence(slot: 0, runner: runner)
        let expected = alone.feed(prompt, to: runner)
        var sequences = (1...3).map { TestSequence(slot: $0, runner: runner) }
        var chunks = sequences.indices.map { sequences[$0].chunk(prompt) }
        for (index, rows) in [2, 0, 1].enumerated() { chunks[index].logitRows = rows }
        let logits = Array(runner.forward(chunks))
        #expect(haveSameBits(logits, expected.suffix(2 * width) + expected.suffix(width)))
        sequences[1] = TestSequence(slot: 2, runner: runner)
        chunks[1] = sequences[1].chunk(prompt)
        chunks[1].logitRows = 0
        #expect(runner.forward([chunks[1]]).isEmpty)
    }

    @Test("block sizes do not matter beyond rounding", arguments: [1, 16, 64])
    func blockSizes(blockTokens: Int) throws {
        let golden = try GoldenModel("attention-only")
        let prompt = try golden.tokens("prompt_37")
        let capacity = RunnerCapacity(
            slotCount: 1,
            kvBlockCount: 40,
            kvBlockTokens: blockTokens,
            maxBatchTokens: 37,
            maxLogitRows: 37,
            cacheFormat: .float32
        )
        let runner = try NemotronHRunner(model: golden.model, capacity: capacity)
        let blocks = (0..<Int32((37 + blockTokens - 1) / blockTokens)).reversed()
        let chunk = SequenceChunk(slot: 0, position: 0, tokens: prompt, blockTable: Array(blocks), logitRows: 37)
        #expect(distance(runner.forward([chunk]), try golden.floats("logits_37")) < GoldenModel.tolerance)
    }
}
