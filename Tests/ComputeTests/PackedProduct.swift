import CKernels

/// A product with packed weights, and the memory that it needs.
struct PackedProduct {
    let format: ck_packed_format
    private(set) var rows: Int
    let columns: Int
    let depth: Int
    var x: [Float]
    let weights: [UInt8]
    let bias: [Float]?
    let old: [Float]
    var squaresReLU = false

    init(_ format: ck_packed_format, rows: Int, columns: Int, depth: Int, seed: Int) {
        var random = KernelCase(seed: seed)
        self.format = format
        self.rows = rows
        self.columns = columns
        self.depth = depth
        x = random.floats(rows * (depth + 3), scale: 2)
        bias = depth % 2 == 0 ? random.floats(columns) : nil
        old = random.floats(rows * (columns + 2))
        let chunkCount = (columns + 15) / 16 * ((depth + 63) / 64)
        var weights: [UInt8] = []
        for _ in 0..<chunkCount { weights.append(contentsOf: PackedProduct.chunk(format, &random)) }
        self.weights = weights
    }

    /// The product of the first rows alone.
    func prefix(_ count: Int) -> PackedProduct {
        var part = self
        part.rows = count
        return part
    }

    static let formats = [CK_PACKED_BF16, CK_PACKED_INT8, CK_PACKED_INT4, CK_PACKED_CODEBOOK4]

    /// A chunk of any weights, those that only fill up included: the activations' zeros must silence them.
    private static func chunk(_ format: ck_packed_format, _ random: inout KernelCase) -> [UInt8] {
        var bytes: [UInt8] = []
        if format == CK_PACKED_BF16 {
            for value in random.floats(1024) {
                withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { bytes.append(contentsOf: $0) }
            }
            return bytes
        }
        // Whole numbers of eight bits are never -128.
        let count = format == CK_PACKED_INT8 ? 1024 : 512
        for value in random.floats(count, scale: 127.4) {
            bytes.append(UInt8(clamping: Int(value.rounded()) + 128))
        }
        for value in random.floats(32) {
            withUnsafeBytes(of: Float16(value * 0.01).bitPattern) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// The result by these kernels, groups of columns computed in two parts.
    func result(_ kernels: ck_kernels, accumulates: Bool = false) -> [Float] {
        let padded = ck_padded_columns(depth)
        let blockCount = rows * padded / 32
        let values = UnsafeMutableRawPointer.allocate(byteCount: 2 * rows * padded, alignment: 64)
        let scales = UnsafeMutablePointer<Float>.allocate(capacity: blockCount)
        let offsets = UnsafeMutablePointer<Int32>.allocate(capacity: blockCount)
        let packed = UnsafeMutableRawPointer.allocate(byteCount: weights.count, alignment: 64)
        defer {
            values.deallocate()
            scales.deallocate()
            offsets.deallocate()
            packed.deallocate()
        }
        packed.copyMemory(from: weights, byteCount: weights.count)
        let activations = ck_activations(values: values, scales: scales, offsets: offsets)
        quantize(kernels, into: activations)
        var y = old
        y.withUnsafeMutableBufferPointer { y in
            guard let y = y.baseAddress else { return }
            withBias { bias in
                var job = ck_packed_matmul(
                    x: activations,
                    row_count: rows,
                    w: packed,
                    format: format,
                    k_count: depth,
                    n_count: columns,
                    bias: bias,
                    y: y,
                    y_stride: columns + 2,
                    accumulates: accumulates ? 1 : 0
                )
                let groupCount = (columns + 15) / 16
                kernels.packed_matmul(&job, 0, groupCount / 3)
                kernels.packed_matmul(&job, groupCount / 3, groupCount)
            }
        }
        return y
    }

    private func quantize(_ kernels: ck_kernels, into activations: ck_activations) {
        x.withUnsafeBufferPointer { x in
            guard let x = x.baseAddress else { return }
            var job = ck_quantization(
                x: x,
                x_stride: depth + 3,
                row_count: rows,
                k_count: depth,
                format: format,
                squares_relu: squaresReLU ? 1 : 0,
                target: activations
            )
            kernels.quantize(&job, 0, ck_tile_count(rows))
        }
    }

    private func withBias(_ body: (UnsafePointer<Float>?) -> Void) {
        if let bias { bias.withUnsafeBufferPointer { body($0.baseAddress) } } else { body(nil) }
    }

    /// The weight at that place, from the layout as `CKernels.h` describes it.
    func weight(column: Int, depth k: Int) -> Double {
        let chunk = column / 16 * ((depth + 63) / 64) + k / 64
        let (row, half, j, i) = (column % 16, k % 64 / 32, k % 32 / 4, k % 4)
        if format == CK_PACKED_BF16 {
            let at = chunk * 2048 + (k % 64 / 2 * 16 + row) * 4 + k % 2 * 2
            return Double(Float(bitPattern: UInt32(half16(at)) << 16))
        }
        let codeBytes = format == CK_PACKED_INT8 ? 1024 : 512
        let start = chunk * (codeBytes + 64)
        let scale = Double(Float16(bitPattern: half16(start + codeBytes + (half * 16 + row) * 2)))
        if format == CK_PACKED_INT8 {
            return scale * (Double(weights[start + half * 512 + j * 64 + row * 4 + i]) - 128)
        }
        let byte = weights[start + half * 256 + j % 4 * 64 + row * 4 + i]
        let code = Int(j < 4 ? byte & 15 : byte >> 4)
        return scale * (format == CK_PACKED_INT4 ? Double(code - 8) : Double(PackedProduct.codebook[code]))
    }

    private static let codebook = withUnsafeBytes(of: ck_codebook) { $0.map { Int8(bitPattern: $0) } }

    private func half16(_ at: Int) -> UInt16 { UInt16(weights[at]) | UInt16(weights[at + 1]) << 8 }
}
