import CKernels
import Testing

@Suite struct MatmulKernelTests {
    private struct Product {
        var x: [Float]
        var w: [UInt8]
        var bias: [Float]?
        var y: [Float]
        var format: ck_format
        var rows: Int
        var columns: Int
        var depth: Int
        var accumulates = false

        /// The result with the columns computed in two parts.
        func result(_ kernels: ck_kernels, cut: Int = 0) -> [Float] {
            var y = y
            w.withUnsafeBytes { w in
                guard let start = w.baseAddress else { return }
                y.withUnsafeMutableBufferPointer { y in
                    x.withUnsafeBufferPointer { x in
                        guard let x = x.baseAddress, let y = y.baseAddress else { return }
                        withBias { bias in
                            var job = ck_matmul(
                                x: x,
                                x_stride: depth + 3,
                                row_count: rows,
                                w: start + 1,
                                format: format,
                                k_count: depth,
                                bias: bias,
                                y: y,
                                y_stride: columns + 2,
                                accumulates: accumulates ? 1 : 0
                            )
                            kernels.matmul(&job, 0, cut)
                            kernels.matmul(&job, cut, columns)
                        }
                    }
                }
            }
            return y
        }

        private func withBias(_ body: (UnsafePointer<Float>?) -> Void) {
            if let bias { bias.withUnsafeBufferPointer { body($0.baseAddress) } } else { body(nil) }
        }
    }

    private static func product(_ format: ck_format, rows: Int, columns: Int, depth: Int) -> Product {
        var random = KernelCase(seed: rows * 1_000_000 + columns * 1000 + depth)
        return Product(
            x: random.floats(rows * (depth + 3)),
            w: random.weights(columns * depth, format),
            bias: depth % 2 == 0 ? random.floats(columns) : nil,
            y: random.floats(rows * (columns + 2)),
            format: format,
            rows: rows,
            columns: columns,
            depth: depth,
            accumulates: columns % 2 == 0
        )
    }

    @Test("wide products have the scalar product's bits", arguments: KernelCase.formats, KernelCase.sizes)
    func agreement(format: ck_format, depth: Int) {
        for rows in [1, 2, 3, 4, 5, 7, 16, 17] {
            for columns in [1, 3, 7, 8, 9, 15, 16, 17, 40] {
                let product = Self.product(format, rows: rows, columns: columns, depth: depth)
                let expected = bits(product.result(KernelCase.scalar))
                for kernels in KernelCase.wideTables {
                    #expect(bits(product.result(kernels, cut: columns / 3)) == expected, "\(rows) x \(columns)")
                }
            }
        }
    }

    @Test("a row has the same bits in any batch", arguments: KernelCase.formats)
    func rowAlone(format: ck_format) {
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            var product = Self.product(format, rows: 11, columns: 24, depth: 70)
            let all = product.result(kernels)
            let (x, y) = (product.x, product.y)
            product.rows = 1
            for row in 0..<11 {
                product.x = Array(x[(row * 73)...])
                product.y = Array(y[(row * 26)..<(row * 26 + 26)])
                #expect(bits(product.result(kernels)) == bits(Array(all[(row * 26)..<(row * 26 + 26)])))
            }
        }
    }

    @Test("the scalar product is the sum to within rounding", arguments: KernelCase.formats, KernelCase.sizes)
    func accuracy(format: ck_format, depth: Int) {
        let product = Self.product(format, rows: 3, columns: 5, depth: depth)
        let result = product.result(KernelCase.scalar)
        let size = format == CK_F32 ? 4 : 2
        for m in 0..<3 {
            for n in 0..<5 {
                var sum = Double(product.bias?[n] ?? 0) + (product.accumulates ? Double(product.y[m * 7 + n]) : 0)
                for k in 0..<depth {
                    let offset = 1 + (n * depth + k) * size
                    let weight = product.w.withUnsafeBytes { bytes -> Float in
                        switch format {
                        case CK_F32: bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)
                        case CK_BF16:
                            Float(
                                bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) << 16
                            )
                        default:
                            Float(Float16(bitPattern: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
                        }
                    }
                    sum += Double(product.x[m * (depth + 3) + k]) * Double(weight)
                }
                #expect(abs(Double(result[m * 7 + n]) - sum) < 1e-7 * Double(depth + 10))
            }
        }
    }

    @Test("every 16-bit float widens exactly", arguments: [CK_BF16, CK_F16])
    func widening(format: ck_format) {
        let all = (0...UInt16.max).map(\.littleEndian)
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            var wide = [Float](repeating: 0, count: all.count)
            all.withUnsafeBytes { source in
                if let start = source.baseAddress { kernels.widen(start, format, all.count, &wide) }
            }
            for (stored, value) in zip(all, wide) {
                let expected =
                    format == CK_BF16
                    ? Float(bitPattern: UInt32(stored) << 16) : Float(Float16(bitPattern: stored))
                if !(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN) {
                    Issue.record("\(stored) became \(value), not \(expected)")
                }
            }
        }
    }
}
