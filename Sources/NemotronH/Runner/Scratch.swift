import Compute

/// The memory of one forward pass, for the largest batch.
struct Scratch {
    /// The residual stream, `[tokens, hidden]`.
    let hidden: DeviceBuffer
    /// What the mixer sees of it, `[tokens, hidden]`.
    let normed: DeviceBuffer
    /// What mixers project their input to.
    let projected: DeviceBuffer
    /// The convolution's output, or the hidden values of an MLP.
    let mixed: DeviceBuffer
    /// What goes into a mixer's last projection.
    let inner: DeviceBuffer
    /// `nil` where no layer has experts.
    let experts: ExpertScratch?
    /// What each Mamba layer got of the drafted tokens, `[layers, draft tokens, convolved channels + heads]`.
    let drafts: DeviceBuffer
    /// `[logit rows, vocabulary]`.
    let logits: DeviceBuffer

    /// Columns of each kind of row, for a configuration.
    private struct Widths {
        var hidden: Int
        var projected: Int
        var mixed: Int
        var inner: Int
        /// Of what a Mamba layer gets of a token.
        var draft: Int
        /// Of an expert's inputs and outputs, and of its hidden values; 0 where there are none.
        var expert: Int
        var expertHidden: Int

        init(_ configuration: NemotronHConfiguration) {
            let (mamba, attention, moe) = (configuration.mamba, configuration.attention, configuration.experts)
            let mlps = configuration.layers.map { if case .mlp(let width) = $0 { width } else { 0 } }
            hidden = configuration.hiddenSize
            let expertSize = moe.map { $0.latentSize ?? configuration.hiddenSize } ?? 0
            expert = expertSize
            expertHidden = moe?.intermediateSize ?? 0
            projected = max(
                mamba?.projectionSize ?? 0,
                attention.map { $0.querySize + 2 * $0.keySize } ?? 0,
                moe?.expertCount ?? 0
            )
            mixed = max(
                mamba?.convSize ?? 0,
                mlps.max() ?? 0,
                moe.map { max($0.sharedIntermediateSize, expertSize) } ?? 0
            )
            inner = max(mamba?.innerSize ?? 0, attention?.querySize ?? 0, expert)
            draft = mamba.map { $0.convSize + $0.headCount } ?? 0
        }
    }

    /// Floats of all of it.
    static func count(configuration: NemotronHConfiguration, capacity: RunnerCapacity) -> Int {
        let widths = Widths(configuration)
        let row = 2 * widths.hidden + widths.projected + widths.mixed + widths.inner + 2 * widths.expert
        return capacity.maxBatchTokens * (row + widths.expertHidden)
            + capacity.maxLogitRows * configuration.vocabularySize
            + configuration.layers.count * capacity.maxDraftTokens * widths.draft
    }

    init(configuration: NemotronHConfiguration, capacity: RunnerCapacity, device: any Device) throws(ModelError) {
        let rows = capacity.maxBatchTokens
        let widths = Widths(configuration)
        hidden = try device.buffer(rows: rows, columns: widths.hidden)
        normed = try device.buffer(rows: rows, columns: widths.hidden)
        projected = try device.buffer(rows: rows, columns: widths.projected)
        mixed = try device.buffer(rows: rows, columns: widths.mixed)
        inner = try device.buffer(rows: rows, columns: widths.inner)
        drafts = try device.buffer(
            rows: configuration.layers.count * capacity.maxDraftTokens,
            columns: widths.draft
        )
        logits = try device.buffer(rows: capacity.maxLogitRows, columns: configuration.vocabularySize)
        if configuration.experts == nil {
            experts = nil
        } else {
            experts = ExpertScratch(
                inputs: try device.buffer(rows: rows, columns: widths.expert),
                hidden: try device.buffer(rows: rows, columns: widths.expertHidden),
                outputs: try device.buffer(rows: rows, columns: widths.expert)
            )
        }
    }

    /// Sets all of it to 0.
    func clear(_ device: any Device) {
        let experts = experts.map { [$0.inputs, $0.hidden, $0.outputs] } ?? []
        for buffer in [hidden, normed, projected, mixed, inner, drafts, logits] + experts {
            device.clear(0..<buffer.count, of: buffer)
        }
    }
}
