import CKernels

/// One layer's keys and values in the paged cache.
///
/// A block holds, for every layer, the keys `[keyValueHeads, headDim, token stride]` and then the values
/// `[keyValueHeads, blockTokens, headDim]`, so that a block is one piece of memory that can be saved and shared.
package struct AttentionCache: Sendable {
    package let buffer: DeviceBuffer
    package let format: CacheFormat
    package let queryHeadCount: Int
    package let headCount: Int
    package let headDim: Int
    /// Tokens of a block, at most 64.
    package let blockTokens: Int
    /// Words of four bytes from one block's start to the next one's.
    package let blockStride: Int
    /// Where this layer's keys start in a block, in words of four bytes; its values follow.
    package let offset: Int

    package init(
        buffer: DeviceBuffer,
        format: CacheFormat,
        queryHeadCount: Int,
        headCount: Int,
        headDim: Int,
        blockTokens: Int,
        blockStride: Int,
        offset: Int
    ) {
        self.buffer = buffer
        self.format = format
        self.queryHeadCount = queryHeadCount
        self.headCount = headCount
        self.headDim = headDim
        self.blockTokens = blockTokens
        self.blockStride = blockStride
        self.offset = offset
    }

    /// Words of four bytes that one layer's keys and values take in a block: whole cache lines.
    package static func wordCount(headCount: Int, headDim: Int, blockTokens: Int, format: CacheFormat) -> Int {
        let bytes = headCount * headDim * (ck_token_stride(blockTokens) + blockTokens) * format.byteCount
        return (bytes + 63) / 64 * 16
    }

    /// Numbers of one head's keys in a block.
    var keyStride: Int { headDim * ck_token_stride(blockTokens) }

    /// Numbers of one head's values in a block.
    var valueStride: Int { headDim * blockTokens }

    /// Numbers from a block's keys to its values.
    var valueOffset: Int { headCount * keyStride }
}
