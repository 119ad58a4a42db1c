/// Where the layers' parts of a sequence's state lie, in floats.
struct StateLayout {
    /// Floats of one slot.
    private(set) var slotCount = 0
    /// For each layer, where its convolution's and its recurrence's state start in a slot.
    private(set) var convOffsets: [Int] = []
    private(set) var scanOffsets: [Int] = []
    /// For each layer, how many attention layers come before it.
    private(set) var attentionIndices: [Int] = []
    /// Keys and values of one token in one layer.
    private let tokenCount: Int
    private var attentionLayerCount = 0

    init(_ configuration: NemotronHConfiguration) {
        tokenCount = 2 * (configuration.attention?.keySize ?? 0)
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

    /// Floats of one block of the key and value cache.
    func blockCount(tokens: Int) -> Int { attentionLayerCount * tokens * tokenCount }

    /// Where a layer's keys start in a block.
    func blockOffset(layer: Int, tokens: Int) -> Int { attentionIndices[layer] * tokens * tokenCount }

    /// Up to whole cache lines, so that no two threads write to the same one.
    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
