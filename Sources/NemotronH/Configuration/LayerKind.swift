/// The mixer of one layer.
package enum LayerKind: Sendable, Equatable {
    /// Mamba-2, a selective state space.
    case mamba
    /// Grouped-query attention without positions.
    case attention
    /// An MLP of that width with squared ReLU.
    case mlp(intermediateSize: Int)
    /// A mixture of experts.
    case experts
}
