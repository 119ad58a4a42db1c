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
    /// `[logit rows, vocabulary]`.
    let logits: DeviceBuffer

    init(configuration: NemotronHConfiguration, capacity: RunnerCapacity, device: any Device) throws(ModelError) {
        let rows = capacity.maxBatchTokens
        let hiddenSize = configuration.hiddenSize
        let (mamba, attention, moe) = (configuration.mamba, configuration.attention, configuration.experts)
        let expertSize = moe?.latentSize ?? hiddenSize
        let widths = configuration.layers.map { if case .mlp(let width) = $0 { width } else { 0 } }
        let projectedSize = max(
            mamba?.projectionSize ?? 0,
            attention.map { $0.querySize + 2 * $0.keySize } ?? 0,
            moe?.expertCount ?? 0
        )
        let mixedSize = max(
            mamba?.convSize ?? 0,
            widths.max() ?? 0,
            moe.map { max($0.sharedIntermediateSize, expertSize) } ?? 0
        )
        let innerSize = max(mamba?.innerSize ?? 0, attention?.querySize ?? 0, moe == nil ? 0 : expertSize)
        hidden = try device.buffer(rows: rows, columns: hiddenSize)
        normed = try device.buffer(rows: rows, columns: hiddenSize)
        projected = try device.buffer(rows: rows, columns: projectedSize)
        mixed = try device.buffer(rows: rows, columns: mixedSize)
        inner = try device.buffer(rows: rows, columns: innerSize)
        logits = try device.buffer(rows: capacity.maxLogitRows, columns: configuration.vocabularySize)
        if let moe {
            experts = ExpertScratch(
                inputs: try device.buffer(rows: rows, columns: expertSize),
                hidden: try device.buffer(rows: rows, columns: moe.intermediateSize),
                outputs: try device.buffer(rows: rows, columns: expertSize)
            )
        } else {
            experts = nil
        }
    }
}
