/// The sizes of the Mamba-2 layers.
package struct MambaShape: Sendable, Equatable {
    package let headCount: Int
    package let headDim: Int
    package let groupCount: Int
    package let stateSize: Int
    package let convKernel: Int
    package let hasConvBias: Bool
    package let hasProjectionBias: Bool
    /// Bounds of dt after softplus.
    package let stepLimits: ClosedRange<Float>

    /// Width of x and of the gate.
    package var innerSize: Int { headCount * headDim }
    /// Channels of the convolution: x, B and C.
    package var convSize: Int { innerSize + 2 * groupCount * stateSize }
    /// Rows of `in_proj`: the gate, the channels, dt.
    package var projectionSize: Int { innerSize + convSize + headCount }
    /// Floats that the convolution carries from call to call.
    package var convStateCount: Int { (convKernel - 1) * convSize }
    /// Floats of the recurrent state.
    package var scanStateCount: Int { innerSize * stateSize }
}
