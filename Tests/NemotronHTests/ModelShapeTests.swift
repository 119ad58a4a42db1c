import Compute
import NemotronH
import Testing

@Suite struct ModelShapeTests {
    private func parameters(_ name: String) throws -> Int {
        TensorDemand.all(try ModelShape.configuration(named: name)).reduce(0) { $0 + $1.shape.reduce(1, *) }
    }

    @Test("the 9B has the published count of parameters, the 1b about a billion")
    func counts() throws {
        #expect(abs(Double(try parameters("nemotron-nano-9b-v2")) / 8.888e9 - 1) < 0.001)
        #expect((1.0e9...1.3e9).contains(Double(try parameters("1b"))))
    }

    @Test(
        "transformers are as large as the hybrids",
        arguments: [("nemotron-nano-9b-v2", "transformer-9b"), ("1b", "transformer-1b")]
    )
    func transformers(hybrid: String, transformer: String) throws {
        let ratio = Double(try parameters(transformer)) / Double(try parameters(hybrid))
        #expect(abs(ratio - 1) < 0.02)
        let layers = try ModelShape.configuration(named: transformer).layers
        #expect(!layers.contains(.mamba))
    }

    @Test("other names are paths, and a path that leads nowhere is an error that names it")
    func paths() throws {
        #expect(throws: ModelError.self) { try ModelShape.configuration(named: "/nowhere/config.json") }
    }

    @Test(
        "made-up weights are what the configuration calls for, and give finite logits",
        arguments: ["hybrid-two-groups", "odd-dims", "moe", "attention-only"],
        [WeightFormat.bfloat16, .packedInt8, .packedInt4, .packedCodebook4, .packedBFloat16]
    )
    func randomWeights(name: String, format: WeightFormat) throws {
        let golden = try GoldenModel(name)
        let configuration = golden.model.configuration
        let model = try NemotronHModel(
            name: "random",
            configuration: configuration,
            stopTokenIDs: [],
            catalog: try RandomWeights.catalog(configuration, format: format),
            device: golden.model.device
        )
        let capacity = RunnerCapacity(
            slotCount: 6,
            kvBlockCount: 6 * 25,
            kvBlockTokens: GoldenModel.blockTokens,
            maxBatchTokens: 64,
            maxLogitRows: 64,
            cacheFormat: .bfloat16
        )
        let runner = try NemotronHRunner(model: model, capacity: capacity)
        runner.occupyMemory()
        var sequence = TestSequence(slot: 0, runner: runner)
        let logits = sequence.feed((0..<40).map { Int32($0) }, to: runner)
        #expect(logits.allSatisfy { $0.isFinite })
    }
}
