import Compute
import Glibc

extension TensorLoader {
    /// The tensors of one layer.
    mutating func layer(
        _ index: Int,
        _ kind: LayerKind,
        _ configuration: NemotronHConfiguration
    ) throws(ModelError) -> LayerWeights {
        let name = "\(prefix)layers.\(index)."
        let norm = try vector(name + "norm.weight", configuration.hiddenSize)
        return LayerWeights(norm: norm, mixer: try mixer(name + "mixer.", kind, configuration))
    }

    private mutating func mixer(
        _ name: String,
        _ kind: LayerKind,
        _ configuration: NemotronHConfiguration
    ) throws(ModelError) -> LayerWeights.Mixer {
        let hiddenSize = configuration.hiddenSize
        switch kind {
        case .mamba:
            guard let shape = configuration.mamba else { preconditionFailure("a Mamba layer without sizes") }
            return .mamba(try mamba(name, shape, hiddenSize))
        case .attention:
            guard let shape = configuration.attention else { preconditionFailure("an attention layer without sizes") }
            return .attention(try attention(name, shape, hiddenSize))
        case .mlp(let width):
            return .mlp(
                try expert(name, inputSize: hiddenSize, hiddenSize: width, hasBias: configuration.hasMLPBias)
            )
        case .experts:
            guard let shape = configuration.experts else { preconditionFailure("an expert layer without sizes") }
            return .experts(try experts(name, shape, hiddenSize, hasBias: configuration.hasMLPBias))
        }
    }

    private mutating func mamba(
        _ name: String,
        _ shape: MambaShape,
        _ hiddenSize: Int
    ) throws(ModelError) -> MambaWeights {
        let (kernel, channels) = (shape.convKernel, shape.convSize)
        let stored = try values(name + "conv1d.weight", [channels, 1, kernel])
        var taps = [Float](repeating: 0, count: stored.count)
        for channel in 0..<channels {
            for tap in 0..<kernel { taps[tap * channels + channel] = stored[channel * kernel + tap] }
        }
        let hasBias = shape.hasProjectionBias
        return MambaWeights(
            inProjection: try linear(name + "in_proj", shape.projectionSize, hiddenSize, hasBias: hasBias),
            outProjection: try linear(name + "out_proj", hiddenSize, shape.innerSize, hasBias: hasBias),
            taps: try upload(taps),
            convBias: shape.hasConvBias ? try vector(name + "conv1d.bias", channels) : nil,
            decay: try values(name + "A_log", [shape.headCount]).map { -Float(exp(Double($0))) },
            skip: try values(name + "D", [shape.headCount]),
            stepBias: try values(name + "dt_bias", [shape.headCount]),
            norm: try vector(name + "norm.weight", shape.innerSize)
        )
    }

    private mutating func attention(
        _ name: String,
        _ shape: AttentionShape,
        _ hiddenSize: Int
    ) throws(ModelError) -> AttentionWeights {
        AttentionWeights(
            query: try linear(name + "q_proj", shape.querySize, hiddenSize, hasBias: shape.hasBias),
            key: try linear(name + "k_proj", shape.keySize, hiddenSize, hasBias: shape.hasBias),
            value: try linear(name + "v_proj", shape.keySize, hiddenSize, hasBias: shape.hasBias),
            output: try linear(name + "o_proj", hiddenSize, shape.querySize, hasBias: shape.hasBias)
        )
    }

    private mutating func experts(
        _ name: String,
        _ shape: ExpertsShape,
        _ hiddenSize: Int,
        hasBias: Bool
    ) throws(ModelError) -> ExpertsWeights {
        let width = shape.latentSize ?? hiddenSize
        var experts: [ExpertWeights] = []
        for index in 0..<shape.expertCount {
            experts.append(
                try expert(
                    "\(name)experts.\(index).",
                    inputSize: width,
                    hiddenSize: shape.intermediateSize,
                    hasBias: hasBias
                )
            )
        }
        var latent: (down: LinearWeights, up: LinearWeights)?
        if shape.latentSize != nil {
            latent = (
                down: try linear(name + "fc1_latent_proj", width, hiddenSize, hasBias: hasBias),
                up: try linear(name + "fc2_latent_proj", hiddenSize, width, hasBias: hasBias)
            )
        }
        let routing = ExpertRouting(
            chosenCount: shape.chosenCount,
            groupCount: shape.groupCount,
            openGroupCount: shape.openGroupCount,
            normalizesWeights: shape.normalizesWeights,
            scale: shape.scale,
            correction: try values(name + "gate.e_score_correction_bias", [shape.expertCount])
        )
        return ExpertsWeights(
            router: try matrix(name + "gate.weight", shape.expertCount, hiddenSize),
            routing: routing,
            experts: experts,
            shared: try expert(
                name + "shared_experts.",
                inputSize: hiddenSize,
                hiddenSize: shape.sharedIntermediateSize,
                hasBias: hasBias
            ),
            latent: latent
        )
    }
}
