/// Sizes of models that measurements are made with, by name.
///
/// `1b` has the proportions of the 9B at about 1.1 billion parameters. The transformers have attention in place of every
/// Mamba layer, with as many query and key heads, and MLPs widened until they have as many parameters.
package enum ModelShape {
    /// What can be built by name.
    package static let names = ["nemotron-nano-9b-v2", "1b", "transformer-9b", "transformer-1b"]

    /// The configuration of that name, or of the `config.json` at that path.
    ///
    /// - Throws: `ModelError` if the file cannot be read or used.
    package static func configuration(named name: String) throws(ModelError) -> NemotronHConfiguration {
        if let json = json(named: name) {
            return try NemotronHConfiguration(json: Array(json.utf8), file: name)
        }
        return try NemotronHConfiguration(json: try NemotronHModel.bytes(of: name), file: name)
    }

    /// The `config.json` of a name; `nil` if it is none.
    package static func json(named name: String) -> String? {
        switch name {
        case "nemotron-nano-9b-v2": nano.json
        case "1b": small.json
        case "transformer-9b": nano.transformer.json
        case "transformer-1b": small.transformer.json
        default: nil
        }
    }

    private static let nano = Proportions(
        pattern: "M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-",
        hiddenSize: 4480,
        mlpSize: 15_680,
        mambaHeads: 128,
        mambaHeadDim: 80,
        queryHeads: 40
    )

    private static let small = Proportions(
        pattern: "M-M-M*-M-M-M*-M-M-M*-M-",
        hiddenSize: 2048,
        mlpSize: 7168,
        mambaHeads: 64,
        mambaHeadDim: 64,
        queryHeads: 16
    )

    /// The sizes that tell the shapes apart; the others they share.
    private struct Proportions {
        var pattern: String
        var hiddenSize: Int
        var mlpSize: Int
        var mambaHeads: Int
        var mambaHeadDim: Int
        var queryHeads: Int

        private static let keyHeads = 8
        private static let headDim = 128
        private static let groups = 8
        private static let stateSize = 128

        /// Attention instead of Mamba, and what that saves given to the MLPs.
        var transformer: Proportions {
            let inner = mambaHeads * mambaHeadDim
            let convSize = inner + 2 * Proportions.groups * Proportions.stateSize
            let mambaSize = hiddenSize * (2 * inner + convSize + mambaHeads) + 5 * convSize
            let attentionSize = 2 * hiddenSize * Proportions.headDim * (queryHeads + Proportions.keyHeads)
            let saved = (mambaSize - attentionSize) * pattern.count { $0 == "M" }
            let wider = saved / (2 * hiddenSize * pattern.count { $0 == "-" })
            var result = self
            result.pattern = String(pattern.map { $0 == "M" ? "*" : $0 })
            result.mlpSize = (mlpSize + wider + 32) / 64 * 64
            return result
        }

        var json: String {
            """
            {"model_type": "nemotron_h", "architectures": ["NemotronHForCausalLM"], "torch_dtype": "bfloat16",
             "vocab_size": 131072, "hidden_size": \(hiddenSize), "intermediate_size": \(mlpSize),
             "num_hidden_layers": \(pattern.count), "hybrid_override_pattern": "\(pattern)",
             "num_attention_heads": \(queryHeads), "num_key_value_heads": \(Proportions.keyHeads),
             "head_dim": \(Proportions.headDim), "attention_head_dim": \(Proportions.headDim),
             "mamba_num_heads": \(mambaHeads), "mamba_head_dim": \(mambaHeadDim), "n_groups": \(Proportions.groups),
             "ssm_state_size": \(Proportions.stateSize), "conv_kernel": 4, "expand": 2, "chunk_size": 128,
             "time_step_limit": [0.0, Infinity], "time_step_min": 0.001, "time_step_max": 0.1, "time_step_floor": 0.0001,
             "max_position_embeddings": 131072, "layer_norm_epsilon": 1e-05, "rms_norm_eps": 1e-05,
             "mlp_hidden_act": "relu2", "mamba_hidden_act": "silu", "attention_bias": false, "mlp_bias": false,
             "use_bias": false, "mamba_proj_bias": false, "use_conv_bias": true, "tie_word_embeddings": false,
             "residual_in_fp32": false, "rescale_prenorm_residual": true, "initializer_range": 0.02,
             "hidden_dropout": 0.0, "attention_dropout": 0.0, "num_logits_to_keep": 1, "use_cache": true,
             "use_mamba_kernels": true, "sliding_window": null, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 12}

            """
        }
    }
}
