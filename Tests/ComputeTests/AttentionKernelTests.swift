import CKernels
import Foundation
import Testing

@Suite struct AttentionKernelTests {
    private struct Case {
        let heads: Int
        let dim: Int
        let blockTokens: Int
        let positions: Int
        let queries: [Float]
        let keys: [Float]
        let values: [Float]
        let blocks: [Int32]

        init(heads: Int, dim: Int, blockTokens: Int, positions: Int, scale: Float = 3) {
            var random = KernelCase(seed: heads * 10_000 + dim * 100 + positions)
            (self.heads, self.dim, self.blockTokens, self.positions) = (heads, dim, blockTokens, positions)
            let count = (positions + blockTokens - 1) / blockTokens
            queries = random.floats(heads * dim, scale: scale)
            keys = random.floats(count * blockTokens * dim)
            values = random.floats(count * blockTokens * dim)
            blocks = (0..<Int32(count)).reversed()
        }

        func result(_ kernels: ck_kernels) -> [Float] {
            var output = [Float](repeating: .nan, count: heads * dim)
            queries.withUnsafeBufferPointer { queries in
                keys.withUnsafeBufferPointer { keys in
                    values.withUnsafeBufferPointer { values in
                        blocks.withUnsafeBufferPointer { blocks in
                            output.withUnsafeMutableBufferPointer { output in
                                guard let queries = queries.baseAddress, let keys = keys.baseAddress,
                                    let values = values.baseAddress, let blocks = blocks.baseAddress,
                                    let output = output.baseAddress
                                else { return }
                                var job = ck_attention(
                                    queries: queries,
                                    head_count: heads,
                                    head_dim: dim,
                                    scale: 1 / Float(dim).squareRoot(),
                                    keys: keys,
                                    values: values,
                                    blocks: blocks,
                                    block_stride: blockTokens * dim,
                                    block_tokens: blockTokens,
                                    position_count: positions,
                                    output: output
                                )
                                kernels.attend(&job)
                            }
                        }
                    }
                }
            }
            return output
        }

        /// Softmax as the formula has it, in double precision.
        func exact() -> [Double] {
            func row(_ position: Int) -> Int {
                (Int(blocks[position / blockTokens]) * blockTokens + position % blockTokens) * dim
            }
            return (0..<heads).flatMap { head in
                let scores = (0..<positions).map { position in
                    (0..<dim).reduce(0.0) {
                        $0 + Double(queries[head * dim + $1]) * Double(keys[row(position) + $1])
                    } / Double(dim).squareRoot()
                }
                let top = scores.max() ?? 0
                let weights = scores.map { exp($0 - top) }
                let total = weights.reduce(0, +)
                return (0..<dim).map { d in
                    (0..<positions).reduce(0.0) { $0 + weights[$1] * Double(values[row($1) + d]) } / total
                }
            }
        }
    }

    @Test(
        "wide attention has the scalar one's bits",
        arguments: [1, 15, 16, 17, 18, 64, 80, 128],
        [1, 2, 15, 16, 17, 100]
    )
    func agreement(dim: Int, positions: Int) {
        for (heads, blockTokens) in [(1, 16), (3, 8), (5, 32), (17, 64), (4, 1)] {
            let attention = Case(heads: heads, dim: dim, blockTokens: blockTokens, positions: positions)
            let expected = bits(attention.result(KernelCase.scalar))
            for kernels in KernelCase.wideTables { #expect(bits(attention.result(kernels)) == expected) }
        }
    }

    @Test("attention is softmax to within rounding", arguments: [Float(1), 10, 400], [1, 16, 33, 100])
    func accuracy(scale: Float, positions: Int) {
        // Large scores would overflow a softmax that forgot to subtract the maximum.
        let attention = Case(heads: 2, dim: 24, blockTokens: 16, positions: positions, scale: scale)
        for (value, exact) in zip(attention.result(KernelCase.scalar), attention.exact()) {
            #expect(abs(Double(value) - exact) < 2e-6 * Double(max(scale, 3)))
        }
    }
}
