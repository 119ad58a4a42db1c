import CKernels

extension CPUDevice {
    /// Parts a product is cut into for each thread: enough that one which is held up does not hold up the others for long.
    private static let sharesPerThread = 4
    /// Groups of weights that kernels like to work on together.
    private static let panelGroups = 2

    /// `output = input · weightsᵀ + bias` with packed weights and quantized activations.
    func multiplyPacked(
        _ input: RowBlock,
        _ weights: WeightMatrix,
        bias: DeviceBuffer?,
        squaringReLU: Bool,
        into output: RowBlock,
        accumulating: Bool
    ) {
        guard input.rowCount > 0 else { return }
        let format = weights.format.packedKernelFormat
        let memory = borrowActivations(rowCount: input.rowCount, columnCount: weights.columnCount)
        defer { activations.giveBack(memory) }
        let activations = memory.layout(rowCount: input.rowCount, columnCount: weights.columnCount)
        var quantization = ck_quantization(
            x: input.address,
            x_stride: input.stride,
            row_count: input.rowCount,
            k_count: weights.columnCount,
            format: format,
            squares_relu: squaringReLU ? 1 : 0,
            target: activations
        )
        withUnsafePointer(to: &quantization) { job in
            // A number costs about as much as eight multiplications.
            divide(ck_tile_count(input.rowCount), work: input.rowCount * weights.columnCount * 8) { tiles in
                kernels.pointee.quantize(job, tiles.lowerBound, tiles.upperBound)
            }
        }
        var product = ck_packed_matmul(
            x: activations,
            row_count: input.rowCount,
            w: weights.address,
            format: format,
            k_count: weights.columnCount,
            n_count: weights.rowCount,
            bias: bias?.address,
            y: output.address,
            y_stride: output.stride,
            accumulates: accumulating ? 1 : 0
        )
        let groupCount = (weights.rowCount + Int(CK_GROUP_ROWS) - 1) / Int(CK_GROUP_ROWS)
        withUnsafePointer(to: &product) { job in
            let work = input.rowCount * weights.rowCount * weights.columnCount
            divide(
                groupCount,
                step: CPUDevice.panelGroups,
                sharesPerThread: CPUDevice.sharesPerThread,
                work: work
            ) { groups in
                kernels.pointee.packed_matmul(job, groups.lowerBound, groups.upperBound)
            }
        }
    }

    private func borrowActivations(rowCount: Int, columnCount: Int) -> ActivationMemory {
        let needed = ActivationMemory.byteCount(rowCount: rowCount, columnCount: columnCount)
        if let memory = activations.borrow(byteCount: needed) { return memory }
        return ActivationMemory(byteCount: needed)
    }
}

extension WeightFormat {
    /// The kernels' name of a packed format.
    var packedKernelFormat: ck_packed_format {
        switch self {
        case .packedBFloat16: CK_PACKED_BF16
        case .packedInt8: CK_PACKED_INT8
        case .packedInt4: CK_PACKED_INT4
        case .packedCodebook4: CK_PACKED_CODEBOOK4
        case .float32, .bfloat16, .float16: preconditionFailure("a format of rows")
        }
    }
}
