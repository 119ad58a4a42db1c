import CKernels
import Testing

@Suite struct PackedKernelTests {
    private static let depths = [1, 31, 32, 33, 63, 64, 65, 127, 129, 300]

    @Test("wide packed products have the scalar product's bits", arguments: PackedProduct.formats, depths)
    func agreement(format: ck_packed_format, depth: Int) {
        for rows in [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 19] {
            for columns in [1, 15, 16, 17, 32, 33, 70] {
                var product = PackedProduct(format, rows: rows, columns: columns, depth: depth, seed: rows + columns)
                product.squaresReLU = rows % 2 == 0
                let accumulates = columns % 2 == 0
                let expected = bits(product.result(KernelCase.scalar, accumulates: accumulates))
                for kernels in KernelCase.wideTables {
                    let found = bits(product.result(kernels, accumulates: accumulates))
                    #expect(found == expected, "\(rows) x \(columns)")
                }
            }
        }
    }

    @Test("a row of a packed product has the same bits in any batch", arguments: PackedProduct.formats)
    func batches(format: ck_packed_format) {
        let (columns, depth) = (40, 200)
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            let whole = PackedProduct(format, rows: 33, columns: columns, depth: depth, seed: 5)
            let expected = whole.result(kernels)
            for count in 1...32 {
                let found = whole.prefix(count).result(kernels)
                for row in 0..<count {
                    let range = row * (columns + 2)..<row * (columns + 2) + columns
                    #expect(bits(Array(found[range])) == bits(Array(expected[range])), "row \(row) of \(count)")
                }
            }
        }
    }

    /// Activations lose up to half a step of 1/127 of their block's largest value, at most 2 here.
    @Test("packed products are the sum to within the activations' rounding", arguments: PackedProduct.formats, depths)
    func exactness(format: ck_packed_format, depth: Int) {
        let product = PackedProduct(format, rows: 5, columns: 33, depth: depth, seed: depth)
        let found = product.result(KernelCase.scalar)
        let step = format == CK_PACKED_BF16 ? 0x1p-8 : 1.01 / 127
        for row in 0..<product.rows {
            for column in 0..<product.columns {
                var (sum, magnitude) = (Double(product.bias?[column] ?? 0), 0.0)
                for k in 0..<depth {
                    let weight = product.weight(column: column, depth: k)
                    sum += weight * Double(product.x[row * (depth + 3) + k])
                    magnitude += abs(weight)
                }
                let error = abs(Double(found[row * (product.columns + 2) + column]) - sum)
                #expect(error <= magnitude * step + 1e-5, "row \(row), column \(column)")
            }
        }
    }

    @Test(
        "a number that is not finite spoils its own row only",
        arguments: PackedProduct.formats,
        [Float.nan, .infinity, -.infinity]
    )
    func poison(format: ck_packed_format, value: Float) {
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            var product = PackedProduct(format, rows: 5, columns: 20, depth: 70, seed: 9)
            let clean = product.result(kernels)
            product.x[2 * 73 + 65] = value
            let found = product.result(kernels)
            for row in 0..<5 {
                let range = row * 22..<row * 22 + 20
                if row == 2 {
                    #expect(found[range].allSatisfy { !$0.isFinite })
                } else {
                    #expect(bits(Array(found[range])) == bits(Array(clean[range])))
                }
            }
        }
    }

    @Test("rows of zeros and of the smallest numbers give zeros", arguments: PackedProduct.formats)
    func zeros(format: ck_packed_format) {
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            for value in [0, Float.leastNonzeroMagnitude, -0x1p-120] {
                var product = PackedProduct(format, rows: 1, columns: 16, depth: 63, seed: 3)
                product.x = product.x.map { _ in value }
                #expect(product.result(kernels)[..<16].allSatisfy { abs($0) <= 0x1p-100 })
            }
        }
    }
}
