import Compute

/// One layer: its norm and its mixer.
struct LayerWeights: Sendable {
    /// The mixer, by kind.
    enum Mixer: Sendable {
        case mamba(MambaWeights)
        case attention(AttentionWeights)
        case mlp(ExpertWeights)
        case experts(ExpertsWeights)
    }

    let norm: DeviceBuffer
    let mixer: Mixer
}

/// A matrix and the bias beside it.
struct LinearWeights: Sendable {
    let matrix: WeightMatrix
    let bias: DeviceBuffer?
}

/// A Mamba-2 mixer.
struct MambaWeights: Sendable {
    let inProjection: LinearWeights
    let outProjection: LinearWeights
    /// `[convKernel, convSize]`, unlike the file's `[convSize, 1, convKernel]`.
    let taps: DeviceBuffer
    let convBias: DeviceBuffer?
    /// A = -exp(A_log), one for each head.
    let decay: [Float]
    let skip: [Float]
    let stepBias: [Float]
    /// Gain of the gated norm.
    let norm: DeviceBuffer
}

/// An attention mixer.
struct AttentionWeights: Sendable {
    let query: LinearWeights
    let key: LinearWeights
    let value: LinearWeights
    let output: LinearWeights
}

/// A mixture of experts.
struct ExpertsWeights: Sendable {
    let router: WeightMatrix
    let routing: ExpertRouting
    let experts: [ExpertWeights]
    let shared: ExpertWeights
    /// To and from the width at which the experts work, if that is not the hidden size.
    let latent: (down: LinearWeights, up: LinearWeights)?
}
