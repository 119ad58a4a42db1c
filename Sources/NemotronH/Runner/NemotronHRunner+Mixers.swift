import Compute

/// The four mixers. Each reads the normed rows and adds its result to the residual stream.
extension NemotronHRunner {
    func addMamba(
        _ weights: MambaWeights,
        layer: Int,
        _ input: RowBlock,
        _ spans: [SequenceSpan],
        to hidden: RowBlock
    ) {
        guard let shape = model.configuration.mamba else { preconditionFailure("a Mamba layer without sizes") }
        let device = model.device
        let (inner, channels) = (shape.innerSize, shape.convSize)
        let projected = scratch.projected.rows(input.rowCount, shape.projectionSize)
        device.multiply(input, weights.inProjection, into: projected)
        let gates = projected.columns(0..<inner)
        let stepSizes = projected.columns((inner + channels)..<(inner + channels + shape.headCount))
        keepDrafts(of: projected.columns(inner..<(inner + channels + shape.headCount)), layer: layer)
        let convolved = scratch.mixed.rows(input.rowCount, channels)
        let convolution = convolution(weights, shape, layer: layer)
        device.convolve(
            projected.columns(inner..<(inner + channels)),
            spans: spans,
            convolution: convolution,
            into: convolved
        )
        let outputs = scratch.inner.rows(input.rowCount, inner)
        let recurrence = recurrence(weights, shape, layer: layer)
        device.scan(convolved, stepSizes: stepSizes, spans: spans, recurrence: recurrence, into: outputs)
        device.normalizeGated(
            outputs,
            gates: gates,
            groupCount: shape.groupCount,
            gain: weights.norm,
            epsilon: model.configuration.normEpsilon
        )
        device.multiply(outputs, weights.outProjection, into: hidden, accumulating: true)
    }

    func convolution(_ weights: MambaWeights, _ shape: MambaShape, layer: Int) -> Convolution {
        Convolution(
            taps: weights.taps,
            tapCount: shape.convKernel,
            bias: weights.convBias,
            state: memory.convRegion(layer: layer)
        )
    }

    func recurrence(_ weights: MambaWeights, _ shape: MambaShape, layer: Int) -> Recurrence {
        Recurrence(
            headCount: shape.headCount,
            headDim: shape.headDim,
            groupCount: shape.groupCount,
            stateSize: shape.stateSize,
            decay: weights.decay,
            skip: weights.skip,
            stepBias: weights.stepBias,
            stepLimits: shape.stepLimits,
            state: memory.scanRegion(layer: layer)
        )
    }

    func addAttention(
        _ weights: AttentionWeights,
        layer: Int,
        _ input: RowBlock,
        _ spans: [SequenceSpan],
        to hidden: RowBlock
    ) {
        guard let shape = model.configuration.attention else { preconditionFailure("an attention layer without sizes") }
        let device = model.device
        let (querySize, keySize) = (shape.querySize, shape.keySize)
        let projected = scratch.projected.rows(input.rowCount, querySize + 2 * keySize)
        let queries = projected.columns(0..<querySize)
        let keys = projected.columns(querySize..<(querySize + keySize))
        let values = projected.columns((querySize + keySize)..<(querySize + 2 * keySize))
        device.multiply(input, weights.query, into: queries)
        device.multiply(input, weights.key, into: keys)
        device.multiply(input, weights.value, into: values)
        let cache = memory.cache(layer: layer, shape)
        device.store(keys: keys, values: values, spans: spans, cache: cache)
        let outputs = scratch.inner.rows(input.rowCount, querySize)
        device.attend(queries, spans: spans, cache: cache, into: outputs)
        device.multiply(outputs, weights.output, into: hidden, accumulating: true)
    }

    func addMLP(_ weights: ExpertWeights, _ input: RowBlock, to hidden: RowBlock) {
        let device = model.device
        let values = scratch.mixed.rows(input.rowCount, weights.up.rowCount)
        device.multiply(
            input,
            weights.up,
            bias: weights.upBias,
            squaringReLU: false,
            into: values,
            accumulating: false
        )
        device.multiply(
            values,
            weights.down,
            bias: weights.downBias,
            squaringReLU: true,
            into: hidden,
            accumulating: true
        )
    }

    func addExperts(_ weights: ExpertsWeights, _ input: RowBlock, to hidden: RowBlock) {
        guard let expertScratch = scratch.experts else { preconditionFailure("an expert layer without sizes") }
        let device = model.device
        let scores = scratch.projected.rows(input.rowCount, weights.router.rowCount)
        device.multiply(input, weights.router, bias: nil, squaringReLU: false, into: scores, accumulating: false)
        func mix(_ rows: RowBlock, into output: RowBlock) {
            device.mixExperts(
                rows,
                scores: scores,
                routing: weights.routing,
                experts: weights.experts,
                scratch: expertScratch,
                into: output
            )
        }
        if let latent = weights.latent {
            let width = latent.down.matrix.rowCount
            let inputs = scratch.inner.rows(input.rowCount, width)
            let sums = scratch.mixed.rows(input.rowCount, width)
            device.multiply(input, latent.down, into: inputs)
            device.clear(0..<(input.rowCount * width), of: scratch.mixed)
            mix(inputs, into: sums)
            device.multiply(sums, latent.up, into: hidden, accumulating: true)
        } else {
            mix(input, into: hidden)
        }
        addMLP(weights.shared, input, to: hidden)
    }
}

extension Device {
    /// `output = linear(input)`, or that added to what `output` holds.
    fileprivate func multiply(
        _ input: RowBlock,
        _ linear: LinearWeights,
        into output: RowBlock,
        accumulating: Bool = false
    ) {
        multiply(
            input,
            linear.matrix,
            bias: linear.bias,
            squaringReLU: false,
            into: output,
            accumulating: accumulating
        )
    }
}
