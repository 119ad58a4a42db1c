/// One layer's keys and values in the paged cache.
///
/// A block holds, for every layer, keys and then values `[keyValueHeads, blockTokens, headDim]`, so that a block is one piece of
/// memory that can be saved and shared.
package struct AttentionCache: Sendable {
    package let buffer: DeviceBuffer
    package let queryHeadCount: Int
    package let headCount: Int
    package let headDim: Int
    /// Tokens of a block, at most `maxBlockTokens`.
    package let blockTokens: Int
    /// Floats from one block's start to the next one's.
    package let blockStride: Int
    /// Where this layer's keys start in a block; its values follow.
    package let offset: Int

    package init(
        buffer: DeviceBuffer,
        queryHeadCount: Int,
        headCount: Int,
        headDim: Int,
        blockTokens: Int,
        blockStride: Int,
        offset: Int
    ) {
        self.buffer = buffer
        self.queryHeadCount = queryHeadCount
        self.headCount = headCount
        self.headDim = headDim
        self.blockTokens = blockTokens
        self.blockStride = blockStride
        self.offset = offset
    }

    /// Floats of one head's keys in a block.
    var headStride: Int { blockTokens * headDim }

    /// Floats from a block's keys to its values.
    var valueOffset: Int { headCount * headStride }
}
