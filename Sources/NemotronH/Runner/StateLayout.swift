import Compute

/// Where the layers' parts of a sequence's state lie, in floats.
struct StateLayout {
    /// Floats of one slot.
    private(set) var slotCount = 0
    /// For each layer, where its convolution's and its recurrence's state start in a slot.
    private(set) var convOffsets: [Int] = []
    private(set) var scanOffsets: [Int] = []
    /// For each layer, how many attention layers come before it.
    private(set) var attentionIndices: [Int] = []
    private let attention: AttentionShape?
    private let cacheFormat: CacheFormat
    private var attentionLayerCount = 0

    init(_ configuration: NemotronHConfiguration, cacheFormat: CacheFormat) {
        self.cacheFormat = cacheFormat
        attention = configuration.attention
        for kind in configuration.layers {
            convOffsets.append(slotCount)
            scanOffsets.append(slotCount)
            attentionIndices.append(attentionLayerCount)
            if kind == .attention { attentionLayerCount += 1 }
            if kind == .mamba, let shape = configuration.mamba {
                scanOffsets[scanOffsets.count - 1] += StateLayout.padded(shape.convStateCount)
                slotCount += StateLayout.padded(shape.convStateCount) + StateLayout.padded(shape.scanStateCount)
            }
        }
    }

    /// Words of four bytes of one block of the key and value cache.
    func blockCount(tokens: Int) -> Int { attentionLayerCount * layerCount(tokens: tokens) }

    /// Where a layer's keys start in a block.
    func blockOffset(layer: Int, tokens: Int) -> Int { attentionIndices[layer] * layerCount(tokens: tokens) }

    private func layerCount(tokens: Int) -> Int {
        guard let attention else { return 0 }
        return AttentionCache.wordCount(
            headCount: attention.keyValueHeadCount,
            headDim: attention.headDim,
            blockTokens: tokens,
            format: cacheFormat
        )
    }

    /// Up to whole cache lines, so that no two threads write to the same one.
    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
