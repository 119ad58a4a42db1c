import Compute
import NemotronH
import OrderedJSON
import Testing

@Suite struct RandomWeightsTests {
    private static let formats: [WeightFormat] = [
        .packedInt4, .packedCodebook4, .packedInt8, .packedBFloat16, .bfloat16,
    ]

    private static func configuration(_ changes: JSONObject) throws -> NemotronHConfiguration {
        try NemotronHConfiguration(json: JSONValue.object(Checkpoint.config(changes)).utf8(), file: "c")
    }

    private static func runner(
        _ configuration: NemotronHConfiguration,
        _ format: WeightFormat
    ) throws -> NemotronHRunner {
        let model = try NemotronHModel(
            name: "random",
            configuration: configuration,
            stopTokenIDs: [],
            catalog: try RandomWeights.catalog(configuration, format: format),
            device: try CPUDevice(threadCount: 2)
        )
        return try NemotronHRunner(
            model: model,
            capacity: RunnerCapacity(
                slotCount: 1,
                kvBlockCount: 4,
                kvBlockTokens: 16,
                maxBatchTokens: 8,
                maxLogitRows: 1,
                cacheFormat: .bfloat16
            )
        )
    }

    @Test("every tensor of a configuration is there, and a model takes them all", arguments: formats)
    func complete(format: WeightFormat) throws {
        for changes: JSONObject in [[:], ["mlp_bias": true, "attention_bias": true], ["tie_word_embeddings": true]] {
            let runner = try Self.runner(try Self.configuration(changes), format)
            let logits = runner.forward([
                SequenceChunk(slot: 0, position: 0, tokens: [1, 2, 3], blockTable: [0], logitRows: 1)
            ])
            #expect(logits.count == 40)
            #expect(logits.allSatisfy { $0.isFinite })
            #expect(Set(logits).count > 20)
        }
    }

    @Test("activations keep their size through many layers and steps", arguments: formats)
    func finite(format: WeightFormat) throws {
        let configuration = try Self.configuration([
            "hybrid_override_pattern": "M-M-M*-M-M-M*-M-M-M*-M-", "num_hidden_layers": 23, "hidden_size": 256,
            "intermediate_size": 896, "mamba_num_heads": 8, "mamba_head_dim": 64, "ssm_state_size": 32,
            "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64, "vocab_size": 512,
        ])
        let runner = try Self.runner(configuration, format)
        for step in 0..<56 {
            let token = Int32(step * 7919 % 512)
            let logits = runner.forward([
                SequenceChunk(slot: 0, position: step, tokens: [token], blockTable: [0, 1, 2, 3], logitRows: 1)
            ])
            let largest = logits.map(\.magnitude).max() ?? 0
            #expect(logits.allSatisfy { $0.isFinite } && largest > 1e-3 && largest < 1e4, "step \(step): \(largest)")
        }
    }

    @Test("a head of 4 bits is stored in 8, embeddings as rows", arguments: formats)
    func storage(format: WeightFormat) throws {
        let configuration = try Self.configuration([:])
        let catalog = try RandomWeights.catalog(configuration, format: format)
        let isNarrow = format == .packedInt4 || format == .packedCodebook4
        #expect(catalog.tensors["lm_head.weight"]?.format == (isNarrow ? .packedInt8 : format))
        #expect(catalog.tensors["backbone.embeddings.weight"]?.format == .bfloat16)
        #expect(catalog.tensors["backbone.layers.0.mixer.in_proj.weight"]?.format == format)
        #expect(Set(catalog.tensors.keys) == Set(TensorDemand.all(configuration).map(\.name)))
    }

    @Test("tensors are aligned, do not overlap and take the bytes that were foretold", arguments: formats)
    func places(format: WeightFormat) throws {
        let configuration = try Self.configuration([:])
        let ranges = try RandomWeights.catalog(configuration, format: format).tensors.values.map(\.byteRange)
            .sorted { $0.lowerBound < $1.lowerBound }
        #expect(ranges.allSatisfy { $0.lowerBound % 64 == 0 })
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        #expect(ranges.last?.upperBound == RandomWeights.byteCount(configuration, format: format))
    }

    @Test("scales are whole fp16 numbers, also for the longest rows of the 9B", arguments: formats.prefix(3))
    func scales(format: WeightFormat) throws {
        let configuration = try Self.configuration(["hidden_size": 64, "intermediate_size": 15_680])
        let catalog = try RandomWeights.catalog(configuration, format: format)
        let tensor = try #require(catalog.tensors["backbone.layers.2.mixer.down_proj.weight"])
        let codeBytes = format == .packedInt8 ? 1024 : 512
        tensor.withBytes { bytes in
            for chunk in stride(from: 0, to: bytes.count, by: codeBytes + 64) {
                for scale in 0..<32 {
                    let bits = bytes.loadUnaligned(fromByteOffset: chunk + codeBytes + 2 * scale, as: UInt16.self)
                    #expect(Float16(bitPattern: bits).isNormal)
                }
            }
        }
    }

    @Test("the same weights are made every time")
    func repeatable() throws {
        let configuration = try Self.configuration([:])
        func bytes() throws -> [UInt8] {
            let catalog = try RandomWeights.catalog(configuration, format: .packedInt4)
            return try #require(catalog.tensors.values.first).file.copy()
        }
        #expect(try bytes() == bytes())
    }

    @Test(
        "every golden configuration gets weights that give finite logits",
        arguments: ["hybrid-two-groups", "odd-dims", "moe", "attention-only"],
        formats
    )
    func golden(name: String, format: WeightFormat) throws {
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
