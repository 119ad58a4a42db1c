import OrderedJSON

extension MambaShape {
    init(_ fields: ConfigurationFields) throws(ModelError) {
        headCount = try fields.size("mamba_num_heads")
        headDim = try fields.size("mamba_head_dim")
        groupCount = try fields.size("n_groups")
        stateSize = try fields.size("ssm_state_size")
        convKernel = try fields.size("conv_kernel", limit: 1024)
        hasConvBias = try fields.flag("use_conv_bias", or: true)
        let hasBias = try fields.flag("use_bias", or: false)
        hasProjectionBias = try fields.flag("mamba_proj_bias", or: false) || hasBias
        stepLimits = try MambaShape.stepLimits(fields)
        guard headCount % groupCount == 0 else {
            throw fields.invalid(
                "mamba_num_heads",
                .notDivisible(value: headCount, by: "n_groups", divisor: groupCount)
            )
        }
    }

    private static func stepLimits(_ fields: ConfigurationFields) throws(ModelError) -> ClosedRange<Float> {
        guard let (name, value) = fields.find(["time_step_limit"]) else { return 0...Float.infinity }
        guard let elements = value.array else { throw fields.wrongType(name, "a list of two numbers", value) }
        guard elements.count == 2 else {
            throw fields.invalid(name, .wrongCount(expected: 2, found: elements.count))
        }
        let lower = try fields.number(name, elements[0])
        let upper = try fields.number(name, elements[1])
        guard lower >= 0, lower.isFinite else { throw fields.invalid(name, .unusableNumber(lower)) }
        guard upper >= lower else { throw fields.invalid(name, .unusableNumber(upper)) }
        return Float(lower)...Float(upper)
    }
}

extension AttentionShape {
    init(_ fields: ConfigurationFields) throws(ModelError) {
        headCount = try fields.size("num_attention_heads")
        keyValueHeadCount = try fields.size("num_key_value_heads")
        headDim = try fields.size("head_dim", "attention_head_dim")
        hasBias = try fields.flag("attention_bias", or: false)
        guard headCount % keyValueHeadCount == 0 else {
            let fault = ModelError.FieldFault.notDivisible(
                value: headCount,
                by: "num_key_value_heads",
                divisor: keyValueHeadCount
            )
            throw fields.invalid("num_attention_heads", fault)
        }
    }
}

extension ExpertsShape {
    init(_ fields: ConfigurationFields) throws(ModelError) {
        expertCount = try fields.size("n_routed_experts")
        groupCount = try fields.size("n_group", or: 1)
        guard expertCount % groupCount == 0 else {
            let fault = ModelError.FieldFault.notDivisible(value: expertCount, by: "n_group", divisor: groupCount)
            throw fields.invalid("n_routed_experts", fault)
        }
        openGroupCount = try fields.size("topk_group", or: 1, limit: groupCount)
        chosenCount = try fields.size("num_experts_per_tok", limit: expertCount / groupCount * openGroupCount)
        intermediateSize = try fields.size("moe_intermediate_size")
        let sharedCount = try fields.size("n_shared_experts", or: 1, limit: 64)
        sharedIntermediateSize = try fields.size("moe_shared_expert_intermediate_size") * sharedCount
        normalizesWeights = try fields.flag("norm_topk_prob", or: true)
        scale = Float(try fields.positive("routed_scaling_factor", or: 1))
        latentSize = fields.find(["moe_latent_size"]) == nil ? nil : try fields.size("moe_latent_size")
    }
}
