import Compute

/// The memory of all sequences of a runner: recurrent slots and blocks of keys and values.
struct StateMemory {
    let layout: StateLayout
    let blockTokens: Int
    private let cacheFormat: CacheFormat
    private let slotStride: Int
    private let blockStride: Int
    private let slots: DeviceBuffer
    private let blocks: DeviceBuffer
    private let device: any Device

    init(
        configuration: NemotronHConfiguration,
        capacity: RunnerCapacity,
        device: any Device
    ) throws(ModelError) {
        layout = StateLayout(configuration, cacheFormat: capacity.cacheFormat)
        cacheFormat = capacity.cacheFormat
        blockTokens = capacity.kvBlockTokens
        slotStride = layout.slotCount
        blockStride = layout.blockCount(tokens: blockTokens)
        self.device = device
        slots = try device.buffer(rows: capacity.slotCount + capacity.snapshotCount, columns: slotStride)
        blocks = try device.buffer(rows: capacity.kvBlockCount, columns: blockStride)
    }

    func convRegion(layer: Int) -> SlotRegion {
        SlotRegion(buffer: slots, slotStride: slotStride, offset: layout.convOffsets[layer])
    }

    func scanRegion(layer: Int) -> SlotRegion {
        SlotRegion(buffer: slots, slotStride: slotStride, offset: layout.scanOffsets[layer])
    }

    func cache(layer: Int, _ shape: AttentionShape) -> AttentionCache {
        AttentionCache(
            buffer: blocks,
            format: cacheFormat,
            queryHeadCount: shape.headCount,
            headCount: shape.keyValueHeadCount,
            headDim: shape.headDim,
            blockTokens: blockTokens,
            blockStride: blockStride,
            offset: layout.blockOffset(layer: layer, tokens: blockTokens)
        )
    }

    /// Sets all states and blocks to 0.
    func clear() {
        device.clear(0..<slots.count, of: slots)
        device.clear(0..<blocks.count, of: blocks)
    }

    func reset(slot: Int) { device.clear(slotRange(slot), of: slots) }

    func copy(slot: Int, to target: Int) { device.copy(slotRange(slot), of: slots, to: slotRange(target).lowerBound) }

    func save(slot: Int, blockTable: [Int32], tokenCount: Int) -> SequenceSnapshot {
        let table = blockTable.prefix(blockCount(tokens: tokenCount))
        precondition(table.count == blockCount(tokens: tokenCount), "the block table is too short")
        let recurrent = [Float](unsafeUninitializedCapacity: slotStride) { target, count in
            if let start = target.baseAddress { device.read(slotRange(slot), of: slots, into: start) }
            count = slotStride
        }
        let saved = [Float](unsafeUninitializedCapacity: table.count * blockStride) { target, count in
            if var start = target.baseAddress {
                for block in table {
                    device.read(blockRange(block), of: blocks, into: start)
                    start += blockStride
                }
            }
            count = table.count * blockStride
        }
        return SequenceSnapshot(tokenCount: tokenCount, recurrent: recurrent, blocks: saved)
    }

    func restore(_ snapshot: SequenceSnapshot, slot: Int, blockTable: [Int32]) {
        let table = blockTable.prefix(blockCount(tokens: snapshot.tokenCount))
        precondition(
            snapshot.recurrent.count == slotStride && snapshot.blocks.count == table.count * blockStride,
            "the snapshot is of another model, or the block table is too short"
        )
        snapshot.recurrent.withUnsafeBufferPointer { device.write($0, to: slots, at: slotRange(slot).lowerBound) }
        snapshot.blocks.withUnsafeBufferPointer { saved in
            for (index, block) in table.enumerated() {
                let part = saved[index * blockStride..<(index + 1) * blockStride]
                device.write(UnsafeBufferPointer(rebasing: part), to: blocks, at: blockRange(block).lowerBound)
            }
        }
    }

    private func blockCount(tokens: Int) -> Int {
        blockStride == 0 ? 0 : (tokens + blockTokens - 1) / blockTokens
    }

    private func slotRange(_ slot: Int) -> Range<Int> { slot * slotStride..<(slot + 1) * slotStride }

    private func blockRange(_ block: Int32) -> Range<Int> {
        Int(block) * blockStride..<(Int(block) + 1) * blockStride
    }
}

extension Device {
    /// Memory for that many rows, at least one number.
    func buffer(rows: Int, columns: Int) throws(ModelError) -> DeviceBuffer {
        let (count, hasOverflown) = rows.multipliedReportingOverflow(by: columns)
        guard !hasOverflown else { throw .compute(.outOfMemory(bytes: Int.max)) }
        do { return try makeBuffer(count: count) } catch { throw .compute(error) }
    }
}
