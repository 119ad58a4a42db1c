/// A place that computes: it owns memory and runs the operations that models are made of.
///
/// Rows are tokens of any sequences side by side. An operation gives a row the same bits whatever other rows there are.
/// Operations run in the order of their calls; one thread at a time may call them for the same memory.
package protocol Device: AnyObject, Sendable {
    /// Memory for `count` floats, all 0.
    ///
    /// - Throws: `ComputeError.outOfMemory`.
    func makeBuffer(count: Int) throws(ComputeError) -> DeviceBuffer

    /// Makes a stored matrix readable for the device, without a copy where it can do without.
    ///
    /// - Precondition: `tensor` has `rowCount * columnCount` numbers of that format.
    func place(
        _ tensor: StoredTensor,
        format: WeightFormat,
        rowCount: Int,
        columnCount: Int
    ) throws(ComputeError) -> WeightMatrix

    /// Copies numbers from the host to `buffer`, from number `offset` on.
    func write(_ values: UnsafeBufferPointer<Float>, to buffer: DeviceBuffer, at offset: Int)

    /// Copies the numbers `range` of `buffer` to the host.
    func read(_ range: Range<Int>, of buffer: DeviceBuffer, into target: UnsafeMutablePointer<Float>)

    /// The first `count` numbers as the host sees them; valid until the buffer is written again.
    func hostView(of buffer: DeviceBuffer, count: Int) -> UnsafeBufferPointer<Float>

    /// Copies the numbers `range` of `buffer` to another place in it, from number `target` on, that does not overlap.
    func copy(_ range: Range<Int>, of buffer: DeviceBuffer, to target: Int)

    /// Sets the numbers `range` of `buffer` to 0.
    func clear(_ range: Range<Int>, of buffer: DeviceBuffer)

    /// `output[i] = table[tokens[i]]`.
    func embed(_ tokens: [Int32], table: WeightMatrix, into output: RowBlock)

    /// `output[i] = input[rows[i]]`.
    func gather(_ rows: [Int], of input: RowBlock, into output: RowBlock)

    /// `output = input · weightsᵀ + bias`, or that added to what `output` holds.
    ///
    /// With `squaringReLU` the input is `max(input, 0)²`; what `input` holds afterwards is then undefined.
    func multiply(
        _ input: RowBlock,
        _ weights: WeightMatrix,
        bias: DeviceBuffer?,
        squaringReLU: Bool,
        into output: RowBlock,
        accumulating: Bool
    )

    /// Scales every row to mean square 1, then by `gain`.
    func normalize(_ input: RowBlock, gain: DeviceBuffer, epsilon: Float, into output: RowBlock)

    /// Convolves each sequence's rows with its past, and keeps the last rows in its slot that are no drafts.
    func convolve(_ input: RowBlock, spans: [SequenceSpan], convolution: Convolution, into output: RowBlock)

    /// Runs the state-space recurrence over each sequence's rows, token by token, and leaves the state behind the last row
    /// that is no draft in its slot.
    ///
    /// - Parameters:
    ///   - inputs: x, B and C side by side, `[rows, heads · headDim + 2 · groups · stateSize]`.
    ///   - stepSizes: Raw dt, `[rows, heads]`.
    ///   - spans: The sequences.
    ///   - recurrence: The layer's parameters and states.
    ///   - output: `[rows, heads · headDim]`.
    func scan(
        _ inputs: RowBlock,
        stepSizes: RowBlock,
        spans: [SequenceSpan],
        recurrence: Recurrence,
        into output: RowBlock
    )

    /// `rows = rows · silu(gates)`, then each of `groupCount` equal parts of a row to mean square 1, then by `gain`.
    func normalizeGated(_ rows: RowBlock, gates: RowBlock, groupCount: Int, gain: DeviceBuffer, epsilon: Float)

    /// Stores the keys and values of each sequence's rows in its blocks.
    func store(keys: RowBlock, values: RowBlock, spans: [SequenceSpan], cache: AttentionCache)

    /// Attends from each row to its own and all earlier positions of its sequence, which have been stored before.
    ///
    /// `queries` and `output` are `[rows, queryHeads · headDim]`.
    func attend(_ queries: RowBlock, spans: [SequenceSpan], cache: AttentionCache, into output: RowBlock)

    /// Adds to each row of `output` the weighted results of the experts that its scores choose.
    ///
    /// `scores` are the router's raw ones, `[rows, experts]`; they are overwritten.
    func mixExperts(
        _ input: RowBlock,
        scores: RowBlock,
        routing: ExpertRouting,
        experts: [ExpertWeights],
        scratch: ExpertScratch,
        into output: RowBlock
    )
}
