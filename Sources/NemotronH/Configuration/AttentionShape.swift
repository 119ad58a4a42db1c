/// The sizes of the attention layers.
package struct AttentionShape: Sendable, Equatable {
    package let headCount: Int
    package let keyValueHeadCount: Int
    package let headDim: Int
    package let hasBias: Bool

    /// Width of the queries, which is not the hidden size.
    package var querySize: Int { headCount * headDim }
    /// Width of the keys, and of the values.
    package var keySize: Int { keyValueHeadCount * headDim }
}
