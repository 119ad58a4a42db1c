import Compute

/// Computes a model for many sequences at once and owns their memory. Used by one thread at a time.
///
/// A row's logits have the same bits whatever else is in the batch, however its prompt was cut into chunks, and whether
/// its state was saved and restored in between.
package final class NemotronHRunner {
    package let model: NemotronHModel
    package let capacity: RunnerCapacity
    let memory: StateMemory
    let scratch: Scratch
    /// The rows of the batch whose logits are wanted; kept for its memory.
    private var logitRows: [Int] = []
    /// The rows of the last batch that are drafts, and which of them are a slot's.
    private(set) var draftBatchRows: [Int] = []
    private(set) var draftRows: [Int: Range<Int>] = [:]

    /// Reserves all memory that it will ever need.
    ///
    /// - Throws: `ModelError.invalidCapacity`, or `.compute(.outOfMemory)`.
    package init(model: NemotronHModel, capacity: RunnerCapacity) throws(ModelError) {
        try capacity.check()
        self.model = model
        self.capacity = capacity
        memory = try StateMemory(configuration: model.configuration, capacity: capacity, device: model.device)
        scratch = try Scratch(configuration: model.configuration, capacity: capacity, device: model.device)
        logitRows.reserveCapacity(capacity.maxLogitRows)
    }

    /// Columns of a row of logits.
    package var vocabularySize: Int { model.configuration.vocabularySize }

    /// Writes to all memory of states, caches and passes and reads the weights once, so that all of it is there before it is
    /// measured or promised.
    ///
    /// - Precondition: No sequence has begun.
    package func occupyMemory() {
        memory.clear()
        scratch.clear(model.device)
        let blocks = (0..<min(1, capacity.kvBlockCount)).map { Int32($0) }
        _ = forward([SequenceChunk(slot: 0, position: 0, tokens: [0], blockTable: blocks, logitRows: 1)])
        memory.reset(slot: 0)
    }

    /// Makes a slot ready for a new sequence.
    package func resetSlot(_ slot: Int) {
        precondition((0..<capacity.slotCount).contains(slot))
        memory.reset(slot: slot)
    }

    /// Copies a recurrent state to another slot; those of snapshots come after the slots of sequences.
    package func copySlot(_ slot: Int, to target: Int) {
        let slots = 0..<(capacity.slotCount + capacity.snapshotCount)
        precondition(slots.contains(slot) && slots.contains(target) && slot != target)
        memory.copy(slot: slot, to: target)
    }

    /// Copies the state of a sequence of which `tokenCount` tokens have been computed.
    package func saveState(slot: Int, blockTable: [Int32], tokenCount: Int) -> SequenceSnapshot {
        precondition((0..<capacity.slotCount).contains(slot))
        checkBlocks(blockTable)
        return memory.save(slot: slot, blockTable: blockTable, tokenCount: tokenCount)
    }

    /// Puts a saved sequence into a slot and blocks, which may be others than it had.
    package func restore(_ snapshot: SequenceSnapshot, slot: Int, blockTable: [Int32]) {
        precondition((0..<capacity.slotCount).contains(slot))
        checkBlocks(blockTable)
        memory.restore(snapshot, slot: slot, blockTable: blockTable)
    }

    /// Computes the chunks in one pass over the weights and advances their sequences.
    ///
    /// - Parameter chunks: At least one; of different slots; within the capacity.
    /// - Returns: The logits that the chunks asked for, `[rows, vocabularySize]`, in the order of the chunks; valid until
    ///   the next call.
    package func forward(_ chunks: [SequenceChunk]) -> UnsafeBufferPointer<Float> {
        let device = model.device
        let configuration = model.configuration
        let spans = place(chunks)
        let tokenCount = spans.last.map { $0.firstRow + $0.rowCount } ?? 0
        let hidden = scratch.hidden.rows(tokenCount, configuration.hiddenSize)
        for (chunk, span) in zip(chunks, spans) {
            device.embed(chunk.tokens, table: model.weights.embeddings, into: hidden.rows(from: span.firstRow))
        }
        let normed = scratch.normed.rows(tokenCount, configuration.hiddenSize)
        for (index, layer) in model.weights.layers.enumerated() {
            device.normalize(hidden, gain: layer.norm, epsilon: configuration.normEpsilon, into: normed)
            switch layer.mixer {
            case .mamba(let weights): addMamba(weights, layer: index, normed, spans, to: hidden)
            case .attention(let weights): addAttention(weights, layer: index, normed, spans, to: hidden)
            case .mlp(let weights): addMLP(weights, normed, to: hidden)
            case .experts(let weights): addExperts(weights, normed, to: hidden)
            }
        }
        return logits(of: hidden)
    }

    /// Gives each chunk its rows of the batch, and notes of which rows the logits are wanted.
    private func place(_ chunks: [SequenceChunk]) -> [SequenceSpan] {
        logitRows.removeAll(keepingCapacity: true)
        draftBatchRows.removeAll(keepingCapacity: true)
        draftRows.removeAll(keepingCapacity: true)
        var row = 0
        let spans = chunks.map { chunk in
            let count = chunk.tokens.count
            precondition(count > 0 && chunk.position >= 0 && (0...count).contains(chunk.logitRows))
            precondition((0..<capacity.slotCount).contains(chunk.slot))
            if model.configuration.attention != nil {
                checkBlocks(chunk.blockTable)
                precondition(chunk.blockTable.count * capacity.kvBlockTokens >= chunk.position + count)
            }
            defer { row += count }
            logitRows.append(contentsOf: (row + count - chunk.logitRows)..<(row + count))
            if chunk.draftCount > 0 {
                draftRows[chunk.slot] = draftBatchRows.count..<(draftBatchRows.count + chunk.draftCount)
                draftBatchRows.append(contentsOf: (row + count - chunk.draftCount)..<(row + count))
            }
            return SequenceSpan(
                firstRow: row,
                rowCount: count,
                draftCount: chunk.draftCount,
                slot: chunk.slot,
                position: chunk.position,
                blocks: chunk.blockTable
            )
        }
        precondition(row <= capacity.maxBatchTokens && logitRows.count <= capacity.maxLogitRows)
        precondition(draftBatchRows.count <= capacity.maxDraftTokens)
        return spans
    }

    private func checkBlocks(_ table: [Int32]) {
        precondition(table.allSatisfy { $0 >= 0 && Int($0) < capacity.kvBlockCount }, "a block beyond the capacity")
    }

    /// Only the rows that are wanted go through the last norm and the head.
    private func logits(of hidden: RowBlock) -> UnsafeBufferPointer<Float> {
        let count = logitRows.count
        guard count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
        let (device, configuration) = (model.device, model.configuration)
        let rows = scratch.normed.rows(count, configuration.hiddenSize)
        device.gather(logitRows, of: hidden, into: rows)
        device.normalize(rows, gain: model.weights.finalNorm, epsilon: configuration.normEpsilon, into: rows)
        let logits = scratch.logits.rows(count, configuration.vocabularySize)
        device.multiply(
            rows,
            model.weights.head,
            bias: nil,
            squaringReLU: false,
            into: logits,
            accumulating: false
        )
        return device.hostView(of: scratch.logits, count: count * configuration.vocabularySize)
    }
}
