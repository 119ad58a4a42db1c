import CKernels

extension CPUDevice {
    package func embed(_ tokens: [Int32], table: WeightMatrix, into output: RowBlock) {
        precondition(tokens.count <= output.rowCount && table.columnCount == output.columnCount)
        precondition(!table.format.isPacked, "rows of a packed matrix lie apart")
        let rowBytes = table.byteCount / table.rowCount
        for (index, token) in tokens.enumerated() {
            precondition(token >= 0 && Int(token) < table.rowCount, "a token outside the vocabulary")
            kernels.pointee.widen(
                table.address + Int(token) * rowBytes,
                table.format.kernelFormat,
                table.columnCount,
                output.row(index)
            )
        }
    }

    package func gather(_ rows: [Int], of input: RowBlock, into output: RowBlock) {
        precondition(rows.count <= output.rowCount && input.columnCount == output.columnCount)
        for (index, row) in rows.enumerated() {
            precondition(row >= 0 && row < input.rowCount)
            output.row(index).update(from: input.row(row), count: input.columnCount)
        }
    }

    package func multiply(
        _ input: RowBlock,
        _ weights: WeightMatrix,
        bias: DeviceBuffer?,
        squaringReLU: Bool,
        into output: RowBlock,
        accumulating: Bool
    ) {
        precondition(input.columnCount == weights.columnCount && output.columnCount == weights.rowCount)
        precondition(input.rowCount == output.rowCount && (bias.map { $0.count == weights.rowCount } ?? true))
        if weights.format.isPacked {
            multiplyPacked(
                input,
                weights,
                bias: bias,
                squaringReLU: squaringReLU,
                into: output,
                accumulating: accumulating
            )
            return
        }
        if squaringReLU { squareReLU(input) }
        var job = ck_matmul(
            x: input.address,
            x_stride: input.stride,
            row_count: input.rowCount,
            w: weights.address,
            format: weights.format.kernelFormat,
            k_count: weights.columnCount,
            bias: bias?.address,
            y: output.address,
            y_stride: output.stride,
            accumulates: accumulating ? 1 : 0
        )
        withUnsafePointer(to: &job) { job in
            let work = input.rowCount * weights.rowCount * weights.columnCount
            divide(weights.rowCount, step: 8, work: work) { range in
                kernels.pointee.matmul(job, range.lowerBound, range.upperBound)
            }
        }
    }

    package func normalize(_ input: RowBlock, gain: DeviceBuffer, epsilon: Float, into output: RowBlock) {
        precondition(input.columnCount == gain.count && output.columnCount == gain.count)
        precondition(input.rowCount <= output.rowCount)
        divide(input.rowCount, work: input.rowCount * input.columnCount) { rows in
            for row in rows {
                kernels.pointee.rms_norm(input.row(row), gain.address, epsilon, gain.count, output.row(row))
            }
        }
    }

    private func squareReLU(_ rows: RowBlock) {
        divide(rows.rowCount, work: rows.rowCount * rows.columnCount) { range in
            for row in range { kernels.pointee.squared_relu(rows.row(row), rows.columnCount) }
        }
    }
}
