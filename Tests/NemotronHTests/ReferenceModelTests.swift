import Compute
import NemotronH
import OrderedJSON
import Testing

/// Options that none of the fixtures uses, against the specification in double precision.
@Suite struct ReferenceModelTests {
    static let variations: [JSONObject] = [
        [:],
        ["mlp_bias": true, "attention_bias": true, "use_bias": true],
        ["tie_word_embeddings": true],
        ["use_conv_bias": false, "conv_kernel": 1],
        ["conv_kernel": 2, "n_groups": 4],
        ["time_step_limit": [0.2, 0.4]],
        ["n_group": 4, "topk_group": 2],
        ["n_group": 8, "topk_group": 5],
        ["n_group": 2, "topk_group": 1, "norm_topk_prob": false, "routed_scaling_factor": 1],
        ["moe_latent_size": 16],
        ["moe_latent_size": 40, "mlp_bias": true, "n_group": 2, "topk_group": 2],
        ["num_experts_per_tok": 8, "n_shared_experts": 2],
        ["num_experts_per_tok": 1, "n_routed_experts": 1],
        ["hybrid_override_pattern": "EE-*", "num_attention_heads": 5, "num_key_value_heads": 5],
    ]

    private static func logits(_ model: NemotronHModel, _ tokens: [Int32]) throws -> [Float] {
        let capacity = RunnerCapacity(
            slotCount: 1,
            kvBlockCount: 4,
            kvBlockTokens: 8,
            maxBatchTokens: tokens.count,
            maxLogitRows: tokens.count,
            cacheFormat: .float32
        )
        let runner = try NemotronHRunner(model: model, capacity: capacity)
        let chunk = SequenceChunk(
            slot: 0,
            position: 0,
            tokens: tokens,
            blockTable: [3, 1, 0, 2],
            logitRows: tokens.count
        )
        return Array(runner.forward([chunk]))
    }

    @Test("every option computes what the specification says", arguments: variations, [TensorType.float32, .float16])
    func options(changes: JSONObject, type: TensorType) throws {
        let checkpoint = Checkpoint(Checkpoint.config(changes), seed: 7, type: type)
        let tokens: [Int32] = (0..<21).map { $0 * 17 % 40 }
        let logits = try Self.logits(try checkpoint.load(), tokens)
        let expected = ReferenceModel(checkpoint: checkpoint, prefix: "backbone.").logits(tokens).joined()
        #expect(distance(logits, expected.map { Float($0) }) < 5e-5)
    }

    @Test("matrices of any 16-bit type give the bits of the widened ones", arguments: [TensorType.bfloat16, .float16])
    func types(type: TensorType) throws {
        let stored = Checkpoint(Checkpoint.config(), seed: 3, type: type)
        var widened = stored
        for name in widened.tensors.keys { widened.tensors[name]?.type = .float32 }
        let tokens: [Int32] = [1, 39, 0, 12, 7]
        let logits = try Self.logits(try stored.load(), tokens)
        #expect(haveSameBits(logits, try Self.logits(try widened.load(), tokens)))
    }

    @Test("the prefix that re-saved checkpoints use is understood")
    func prefix() throws {
        let checkpoint = Checkpoint(Checkpoint.config(), prefix: "model.")
        let expected = ReferenceModel(checkpoint: checkpoint, prefix: "model.").logits([5, 6]).joined()
        #expect(distance(try Self.logits(try checkpoint.load(), [5, 6]), expected.map { Float($0) }) < 5e-5)
    }
}
