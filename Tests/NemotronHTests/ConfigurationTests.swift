import NemotronH
import OrderedJSON
import Testing

@Suite struct ConfigurationTests {
    private static func read(_ changes: JSONObject) throws(ModelError) -> NemotronHConfiguration {
        try NemotronHConfiguration(json: JSONValue.object(Checkpoint.config(changes)).utf8(), file: "c")
    }

    @Test("the published 9B configuration gives the published shapes")
    func published() throws {
        let pattern = "M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-"
        let json = #"""
            {"architectures": ["NemotronHForCausalLM"], "model_type": "nemotron_h", "vocab_size": 131072,
             "hidden_size": 4480, "num_hidden_layers": 56, "hybrid_override_pattern": "\#(pattern)",
             "intermediate_size": 15680, "mlp_hidden_act": "relu2", "num_attention_heads": 40, "num_key_value_heads": 8,
             "head_dim": 128, "mamba_num_heads": 128, "mamba_head_dim": 80, "n_groups": 8, "ssm_state_size": 128,
             "conv_kernel": 4, "chunk_size": 128, "use_conv_bias": true, "use_bias": false, "mlp_bias": false,
             "attention_bias": false, "mamba_proj_bias": false, "mamba_hidden_act": "silu", "expand": 2,
             "layer_norm_epsilon": 1e-05, "residual_in_fp32": false, "tie_word_embeddings": false,
             "time_step_limit": [0.0, Infinity], "max_position_embeddings": 131072, "sliding_window": null,
             "bos_token_id": 1, "eos_token_id": 12, "torch_dtype": "bfloat16"}
            """#
        let configuration = try NemotronHConfiguration(json: Array(json.utf8), file: "c")
        #expect(configuration.layers.count { $0 == .mamba } == 27)
        #expect(configuration.layers.count { $0 == .mlp(intermediateSize: 15680) } == 25)
        #expect([14, 21, 30, 39].allSatisfy { configuration.layers[$0] == .attention })
        #expect(configuration.mamba?.projectionSize == 22656 && configuration.mamba?.convSize == 12288)
        #expect(configuration.mamba?.stepLimits == 0...Float.infinity)
        #expect(configuration.attention?.querySize == 5120 && configuration.attention?.keySize == 1024)
        #expect(configuration.experts == nil && configuration.normEpsilon == 1e-5)
        #expect(configuration.endTokenIDs == [12])
    }

    @Test(
        "fields are known by all their names",
        arguments: [
            ["head_dim": nil, "attention_head_dim": 10],
            ["layer_norm_epsilon": nil, "rms_norm_eps": 1e-5],
            ["layer_norm_epsilon": nil, "norm_eps": 1e-5],
            ["hybrid_override_pattern": nil, "layers_block_type": ["mamba", "attention", "mlp", "moe"]],
            ["hybrid_override_pattern": nil, "layer_types": ["linear_attention", "full_attention", "mlp", "moe"]],
            ["num_hidden_layers": nil],
            ["intermediate_size": [20]],
            ["time_step_limit": [0, ["__float__": "Infinity"]]],
            ["sliding_window": nil, "rope_theta": 10000, "chunk_size": "ignored"],
            ["eos_token_id": [12]],
            ["n_group": 1, "topk_group": 1, "norm_topk_prob": true, "n_shared_experts": 1],
        ] as [JSONObject]
    )
    func aliases(changes: JSONObject) throws {
        #expect(try Self.read(changes) == Self.read([:]))
    }

    @Test("a list of widths serves the MLP layers in order")
    func widths() throws {
        let configuration = try Self.read([
            "hybrid_override_pattern": "-M--", "intermediate_size": [8, 16, 24],
        ])
        #expect(
            configuration.layers == [
                .mlp(intermediateSize: 8), .mamba, .mlp(intermediateSize: 16), .mlp(intermediateSize: 24),
            ]
        )
    }

    @Test("sizes of mixers that do not occur need not be there")
    func unusedSizes() throws {
        let changes: JSONObject = [
            "hybrid_override_pattern": "MM", "num_hidden_layers": 2, "intermediate_size": nil, "head_dim": nil,
            "num_attention_heads": nil, "n_routed_experts": nil,
        ]
        let configuration = try Self.read(changes)
        #expect(configuration.attention == nil && configuration.experts == nil && configuration.mamba != nil)
    }

    static let requiredFields = [
        "model_type", "vocab_size", "hidden_size", "hybrid_override_pattern", "max_position_embeddings",
        "layer_norm_epsilon", "intermediate_size", "mamba_num_heads", "mamba_head_dim", "n_groups", "ssm_state_size",
        "conv_kernel", "num_attention_heads", "num_key_value_heads", "head_dim", "n_routed_experts",
        "num_experts_per_tok", "moe_intermediate_size", "moe_shared_expert_intermediate_size",
    ]

    @Test("a missing field is named", arguments: requiredFields)
    func missing(field: String) {
        #expect(throws: ModelError.missingField(file: "c", field: field)) { try Self.read([field: nil]) }
        var config = Checkpoint.config()
        config[field] = .null
        #expect(throws: ModelError.missingField(file: "c", field: field)) {
            try NemotronHConfiguration(json: JSONValue.object(config).utf8(), file: "c")
        }
    }

    static let sizeFields = requiredFields.filter {
        !["model_type", "hybrid_override_pattern", "layer_norm_epsilon"].contains($0)
    }

    @Test("a size that is zero, negative, huge or no integer is named", arguments: sizeFields)
    func sizes(field: String) {
        for value: JSONValue in [0, -1, 9_000_000_000, .bigInteger("99999999999999999999"), 2.5, "8", true, [[]]] {
            #expect { try Self.read([field: value]) } throws: { error in
                guard case .invalidField("c", field, let fault) = error as? ModelError else { return false }
                switch fault {
                case .outOfRange, .wrongType: return true
                default: return false
                }
            }
        }
    }

    static let faults: [(JSONObject, String, ModelError.FieldFault)] = [
        (["model_type": "llama"], "model_type", .unsupported(found: "llama", supported: "nemotron_h")),
        (["model_type": 3], "model_type", .wrongType(expected: "a string", found: "an integer")),
        (["mlp_hidden_act": "silu"], "mlp_hidden_act", .unsupported(found: "silu", supported: "relu2")),
        (["mamba_hidden_act": "relu"], "mamba_hidden_act", .unsupported(found: "relu", supported: "silu")),
        (["hybrid_override_pattern": "M*-X"], "hybrid_override_pattern", .unknownName("X")),
        (["hybrid_override_pattern": "M*-"], "hybrid_override_pattern", .wrongCount(expected: 4, found: 3)),
        (
            ["hybrid_override_pattern": ""], "hybrid_override_pattern", .outOfRange(value: 0, allowed: 1...4096)
        ),
        (
            ["hybrid_override_pattern": 7], "hybrid_override_pattern",
            .wrongType(expected: "a string or a list", found: "an integer")
        ),
        (["hybrid_override_pattern": nil, "layer_types": ["mamba", "lstm"]], "layer_types", .unknownName("lstm")),
        (
            ["hybrid_override_pattern": nil, "layer_types": ["mamba", 1]], "layer_types",
            .wrongType(expected: "a list of strings", found: "an integer")
        ),
        (["num_hidden_layers": 5], "hybrid_override_pattern", .wrongCount(expected: 5, found: 4)),
        (["num_hidden_layers": -4], "num_hidden_layers", .outOfRange(value: -4, allowed: 1...(1 << 20))),
        (["intermediate_size": [1, 2]], "intermediate_size", .wrongCount(expected: 1, found: 2)),
        (["n_groups": 3], "mamba_num_heads", .notDivisible(value: 4, by: "n_groups", divisor: 3)),
        (
            ["num_key_value_heads": 4], "num_attention_heads",
            .notDivisible(value: 6, by: "num_key_value_heads", divisor: 4)
        ),
        (["n_group": 3], "n_routed_experts", .notDivisible(value: 8, by: "n_group", divisor: 3)),
        (["n_group": 2, "topk_group": 3], "topk_group", .outOfRange(value: 3, allowed: 1...2)),
        (["num_experts_per_tok": 9], "num_experts_per_tok", .outOfRange(value: 9, allowed: 1...8)),
        (
            ["n_group": 4, "topk_group": 1], "num_experts_per_tok", .outOfRange(value: 3, allowed: 1...2)
        ),
        (["layer_norm_epsilon": 0], "layer_norm_epsilon", .unusableNumber(0)),
        (["layer_norm_epsilon": -1e-5], "layer_norm_epsilon", .unusableNumber(-1e-5)),
        (["layer_norm_epsilon": "1"], "layer_norm_epsilon", .wrongType(expected: "a number", found: "a string")),
        (["layer_norm_epsilon": ["__float__": "Infinity"]], "layer_norm_epsilon", .unusableNumber(.infinity)),
        (["routed_scaling_factor": -2], "routed_scaling_factor", .unusableNumber(-2)),
        (["time_step_limit": [0]], "time_step_limit", .wrongCount(expected: 2, found: 1)),
        (["time_step_limit": 3], "time_step_limit", .wrongType(expected: "a list of two numbers", found: "an integer")),
        (["time_step_limit": [-1, 1]], "time_step_limit", .unusableNumber(-1)),
        (["time_step_limit": [1, 0.5]], "time_step_limit", .unusableNumber(0.5)),
        (["time_step_limit": [0, "x"]], "time_step_limit", .wrongType(expected: "a number", found: "a string")),
        (["use_conv_bias": 1], "use_conv_bias", .wrongType(expected: "a boolean", found: "an integer")),
        (["tie_word_embeddings": "no"], "tie_word_embeddings", .wrongType(expected: "a boolean", found: "a string")),
        (["eos_token_id": 40], "eos_token_id", .outOfRange(value: 40, allowed: 0...39)),
        (["eos_token_id": [2, -1]], "eos_token_id", .outOfRange(value: -1, allowed: 0...39)),
        (["eos_token_id": "</s>"], "eos_token_id", .wrongType(expected: "an integer", found: "a string")),
        (["moe_latent_size": 0], "moe_latent_size", .outOfRange(value: 0, allowed: 1...(1 << 20))),
    ]

    @Test("a field that makes no sense is named with its fault", arguments: faults.indices)
    func senseless(index: Int) {
        let (changes, field, fault) = Self.faults[index]
        let expected = ModelError.invalidField(file: "c", field: field, fault)
        #expect(throws: expected) { try Self.read(changes) }
        #expect(expected.description.hasPrefix("c: \(field): "))
    }

    @Test("text that is no JSON object is refused")
    func noObject() {
        #expect(throws: ModelError.notAnObject(file: "c")) {
            try NemotronHConfiguration(json: Array("[1]".utf8), file: "c")
        }
        #expect {
            try NemotronHConfiguration(json: Array("{\n\"vocab_size\": nope}".utf8), file: "c")
        } throws: { error in
            guard case .invalidJSON("c", let parseError) = error as? ModelError else { return false }
            return parseError.line == 2
        }
    }

    @Test("mutated configurations are read or refused", arguments: 0..<4)
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed + 1)
        let good = JSONValue.object(Checkpoint.config()).utf8()
        for _ in 0..<1500 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 32...126, using: &random)
            }
            _ = try? NemotronHConfiguration(json: bytes, file: "c")
        }
    }
}
