import Compute

/// Drafted tokens: what layers got of them is kept until it is known which of them are right.
///
/// A state is as large as thousands of tokens, so it is not copied before a guess. It stays behind the last certain
/// token, and goes on over the accepted ones by what is kept, without any product of matrices.
extension NemotronHRunner {
    /// Some drafted tokens of a sequence of the last pass turned out right.
    package struct Acceptance: Sendable, Equatable {
        package var slot: Int
        package var count: Int

        package init(slot: Int, count: Int) {
            self.slot = slot
            self.count = count
        }
    }

    /// Advances the states of sequences over the first of their drafted tokens, until the next pass.
    package func accept(_ acceptances: [Acceptance]) {
        let device = model.device
        guard let shape = model.configuration.mamba else { return }
        let spans = acceptances.compactMap { acceptance -> SequenceSpan? in
            guard acceptance.count > 0, let rows = draftRows[acceptance.slot] else { return nil }
            precondition(acceptance.count <= rows.count, "more tokens than were drafted")
            let (first, slot) = (rows.lowerBound, acceptance.slot)
            return SequenceSpan(firstRow: first, rowCount: acceptance.count, slot: slot, position: 0, blocks: [])
        }
        guard let end = spans.map({ $0.firstRow + $0.rowCount }).max() else { return }
        for (index, layer) in model.weights.layers.enumerated() {
            guard case .mamba(let weights) = layer.mixer else { continue }
            let rows = drafts(layer: index)
            let convolved = scratch.mixed.rows(end, shape.convSize)
            device.convolve(
                rows.columns(0..<shape.convSize),
                spans: spans,
                convolution: convolution(weights, shape, layer: index),
                into: convolved
            )
            device.scan(
                convolved,
                stepSizes: rows.columns(shape.convSize..<(shape.convSize + shape.headCount)),
                spans: spans,
                recurrence: recurrence(weights, shape, layer: index),
                into: scratch.inner.rows(end, shape.innerSize)
            )
        }
    }

    /// Keeps what a layer got of the drafted tokens.
    func keepDrafts(of inputs: RowBlock, layer: Int) {
        guard !draftBatchRows.isEmpty else { return }
        model.device.gather(draftBatchRows, of: inputs, into: drafts(layer: layer))
    }

    private func drafts(layer: Int) -> RowBlock {
        let columns = model.configuration.mamba.map { $0.convSize + $0.headCount } ?? 0
        let rows = scratch.drafts.rows(model.configuration.layers.count * capacity.maxDraftTokens, columns)
        return rows.rows(from: layer * capacity.maxDraftTokens)
    }
}
