/// A tensor that a configuration calls for.
package struct TensorDemand: Sendable, Equatable {
    /// What the tensor is for, which decides how it may be stored.
    package enum Role: Sendable, Equatable {
        /// One row for each token, read row by row.
        case embeddings
        /// A matrix that activations are multiplied with.
        case matrix
        /// The matrix that makes logits.
        case head
        /// Scores of experts: small, and decisions hang on it.
        case router
        /// A gain of a norm.
        case gain
        /// A_log of a recurrence.
        case decay
        /// Any other small tensor.
        case vector
    }

    package let name: String
    package let shape: [Int]
    package let role: Role

    /// All tensors of a model, in the order of the forward pass.
    package static func all(_ configuration: NemotronHConfiguration) -> [TensorDemand] {
        var list = TensorDemandList()
        let (vocabulary, hidden) = (configuration.vocabularySize, configuration.hiddenSize)
        list.add("backbone.embeddings.weight", [vocabulary, hidden], .embeddings)
        for (index, kind) in configuration.layers.enumerated() {
            list.addLayer("backbone.layers.\(index).", kind, configuration)
        }
        list.add("backbone.norm_f.weight", [hidden], .gain)
        if !configuration.tiesEmbeddings { list.add("lm_head.weight", [vocabulary, hidden], .head) }
        return list.demands
    }
}

/// Collects the tensors of a model.
private struct TensorDemandList {
    var demands: [TensorDemand] = []

    mutating func add(_ name: String, _ shape: [Int], _ role: TensorDemand.Role) {
        demands.append(TensorDemand(name: name, shape: shape, role: role))
    }

    mutating func addLinear(_ name: String, _ rows: Int, _ columns: Int, hasBias: Bool) {
        add(name + ".weight", [rows, columns], .matrix)
        if hasBias { add(name + ".bias", [rows], .vector) }
    }

    mutating func addLayer(_ layer: String, _ kind: LayerKind, _ configuration: NemotronHConfiguration) {
        let (hidden, mixer) = (configuration.hiddenSize, layer + "mixer.")
        add(layer + "norm.weight", [hidden], .gain)
        switch kind {
        case .mamba:
            if let shape = configuration.mamba { addMamba(mixer, shape, hidden) }
        case .attention:
            if let shape = configuration.attention { addAttention(mixer, shape, hidden) }
        case .mlp(let width):
            addMLP(mixer, input: hidden, hidden: width, hasBias: configuration.hasMLPBias)
        case .experts:
            if let shape = configuration.experts {
                addExperts(mixer, shape, hidden, hasBias: configuration.hasMLPBias)
            }
        }
    }

    private mutating func addMamba(_ name: String, _ shape: MambaShape, _ hidden: Int) {
        addLinear(name + "in_proj", shape.projectionSize, hidden, hasBias: shape.hasProjectionBias)
        add(name + "conv1d.weight", [shape.convSize, 1, shape.convKernel], .vector)
        if shape.hasConvBias { add(name + "conv1d.bias", [shape.convSize], .vector) }
        add(name + "dt_bias", [shape.headCount], .vector)
        add(name + "A_log", [shape.headCount], .decay)
        add(name + "D", [shape.headCount], .vector)
        add(name + "norm.weight", [shape.innerSize], .gain)
        addLinear(name + "out_proj", hidden, shape.innerSize, hasBias: shape.hasProjectionBias)
    }

    private mutating func addAttention(_ name: String, _ shape: AttentionShape, _ hidden: Int) {
        addLinear(name + "q_proj", shape.querySize, hidden, hasBias: shape.hasBias)
        addLinear(name + "k_proj", shape.keySize, hidden, hasBias: shape.hasBias)
        addLinear(name + "v_proj", shape.keySize, hidden, hasBias: shape.hasBias)
        addLinear(name + "o_proj", hidden, shape.querySize, hasBias: shape.hasBias)
    }

    private mutating func addMLP(_ name: String, input: Int, hidden: Int, hasBias: Bool) {
        addLinear(name + "up_proj", hidden, input, hasBias: hasBias)
        addLinear(name + "down_proj", input, hidden, hasBias: hasBias)
    }

    private mutating func addExperts(_ name: String, _ shape: ExpertsShape, _ hidden: Int, hasBias: Bool) {
        let width = shape.latentSize ?? hidden
        add(name + "gate.weight", [shape.expertCount, hidden], .router)
        add(name + "gate.e_score_correction_bias", [shape.expertCount], .vector)
        for index in 0..<shape.expertCount {
            let size = shape.intermediateSize
            addMLP("\(name)experts.\(index).", input: width, hidden: size, hasBias: hasBias)
        }
        addMLP(name + "shared_experts.", input: hidden, hidden: shape.sharedIntermediateSize, hasBias: hasBias)
        if shape.latentSize != nil {
            addLinear(name + "fc1_latent_proj", width, hidden, hasBias: hasBias)
            addLinear(name + "fc2_latent_proj", hidden, width, hasBias: hasBias)
        }
    }
}
