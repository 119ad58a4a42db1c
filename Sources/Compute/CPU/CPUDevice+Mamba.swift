import CKernels

extension CPUDevice {
    package func convolve(_ input: RowBlock, spans: [SequenceSpan], convolution: Convolution, into output: RowBlock) {
        let channels = input.columnCount
        precondition(output.columnCount == channels && convolution.taps.count == channels * convolution.tapCount)
        let work = input.rowCount * channels * (convolution.tapCount + 16)
        // Sixteen channels at a time, the width of the kernels' vectors.
        divide(channels, step: 16, work: work) { range in
            for span in spans {
                let history = convolution.state.address(slot: span.slot)
                let kept = span.rowCount - span.draftCount
                convolveRows(span.firstRow, kept, history, range)
                guard span.draftCount > 0 else { continue }
                let count = (convolution.tapCount - 1) * channels
                withUnsafeTemporaryAllocation(of: Float.self, capacity: max(count, 1)) { copy in
                    guard let guessed = copy.baseAddress else { return }
                    for row in stride(from: 0, to: count, by: channels) {
                        (guessed + row + range.lowerBound).update(
                            from: history + row + range.lowerBound,
                            count: range.count
                        )
                    }
                    convolveRows(span.firstRow + kept, span.draftCount, guessed, range)
                }
            }
        }

        func convolveRows(_ first: Int, _ count: Int, _ history: UnsafeMutablePointer<Float>, _ range: Range<Int>) {
            guard count > 0 else { return }
            var job = ck_convolution(
                input: input.row(first),
                input_stride: input.stride,
                token_count: count,
                history: history,
                channel_count: channels,
                taps: convolution.taps.address,
                tap_count: convolution.tapCount,
                bias: convolution.bias?.address,
                output: output.row(first),
                output_stride: output.stride
            )
            kernels.pointee.convolve(&job, range.lowerBound, range.upperBound)
        }
    }

    package func scan(
        _ inputs: RowBlock,
        stepSizes: RowBlock,
        spans: [SequenceSpan],
        recurrence: Recurrence,
        into output: RowBlock
    ) {
        let inner = recurrence.headCount * recurrence.headDim
        precondition(inputs.columnCount == inner + 2 * recurrence.groupCount * recurrence.stateSize)
        precondition(stepSizes.columnCount == recurrence.headCount && output.columnCount == inner)
        let work = inputs.rowCount * inner * recurrence.stateSize * 3
        divide(spans.count * recurrence.headCount, work: work) { items in
            for item in items {
                // Heads outside, tokens inside: a head's state stays in the cache for the whole chunk.
                scanHead(item % recurrence.headCount, spans[item / recurrence.headCount])
            }
        }

        func scanHead(_ head: Int, _ span: SequenceSpan) {
            let count = recurrence.headDim * recurrence.stateSize
            let state = recurrence.state.address(slot: span.slot) + head * count
            let kept = span.rowCount - span.draftCount
            scanRows(span.firstRow, kept, head, state)
            guard span.draftCount > 0 else { return }
            // Small enough for the first or second cache, where the state has just been.
            withUnsafeTemporaryAllocation(byteCount: count * MemoryLayout<Float>.stride, alignment: 64) { copy in
                guard let start = copy.baseAddress else { return }
                let guessed = start.bindMemory(to: Float.self, capacity: count)
                guessed.update(from: state, count: count)
                scanRows(span.firstRow + kept, span.draftCount, head, guessed)
            }
        }

        func scanRows(_ first: Int, _ count: Int, _ head: Int, _ state: UnsafeMutablePointer<Float>) {
            guard count > 0 else { return }
            let group = head / (recurrence.headCount / recurrence.groupCount)
            let rows = inputs.row(first)
            let matrixB = rows + inner + group * recurrence.stateSize
            let headStart = head * recurrence.headDim
            var job = ck_scan(
                x: rows + headStart,
                b: matrixB,
                c: matrixB + recurrence.groupCount * recurrence.stateSize,
                xbc_stride: inputs.stride,
                dt: stepSizes.row(first) + head,
                dt_stride: stepSizes.stride,
                token_count: count,
                head_dim: recurrence.headDim,
                state_size: recurrence.stateSize,
                dt_bias: recurrence.stepBias[head],
                dt_min: recurrence.stepLimits.lowerBound,
                dt_max: recurrence.stepLimits.upperBound,
                a: recurrence.decay[head],
                d: recurrence.skip[head],
                state: state,
                y: output.row(first) + headStart,
                y_stride: output.stride
            )
            kernels.pointee.scan(&job)
        }
    }

    package func normalizeGated(
        _ rows: RowBlock,
        gates: RowBlock,
        groupCount: Int,
        gain: DeviceBuffer,
        epsilon: Float
    ) {
        precondition(rows.columnCount == gain.count && gates.columnCount == gain.count)
        precondition(gain.count % groupCount == 0)
        let width = gain.count / groupCount
        divide(rows.rowCount * groupCount, work: rows.rowCount * gain.count * 16) { items in
            for item in items {
                let (row, start) = (item / groupCount, item % groupCount * width)
                kernels.pointee.gated_norm(
                    rows.row(row) + start,
                    gates.row(row) + start,
                    gain.address + start,
                    epsilon,
                    width
                )
            }
        }
    }
}
