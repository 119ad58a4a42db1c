import CKernels
import Testing

@Suite struct AttentionKernelTests {
    @Test(
        "wide attention has the scalar one's bits",
        arguments: [1, 15, 16, 17, 18, 33, 64, 80],
        [1, 2, 15, 16, 17, 100, 127, 128, 129, 260]
    )
    func agreement(dim: Int, positions: Int) {
        for (heads, blockTokens, rows) in [(1, 16, 1), (3, 8, 5), (5, 32, 2), (17, 64, 3), (4, 1, 9), (2, 17, 20)] {
            let attention = AttentionCase(
                heads: heads,
                dim: dim,
                blockTokens: blockTokens,
                positions: positions,
                rows: min(rows, positions),
                format: heads % 2 == 0 ? CK_F32 : CK_BF16
            )
            let expected = bits(attention.result(KernelCase.scalar))
            for kernels in KernelCase.wideTables { #expect(bits(attention.result(kernels)) == expected) }
        }
    }

    @Test("rows have the same bits one by one and together", arguments: [1, 3, 16, 17], [20, 130, 300])
    func pieces(blockTokens: Int, positions: Int) {
        let attention = AttentionCase(heads: 3, dim: 48, blockTokens: blockTokens, positions: positions, rows: 20)
        for kernels in KernelCase.wideTables + [KernelCase.scalar] {
            let expected = bits(attention.result(kernels))
            for piece in [1, 2, 3, 7, 8, 13] { #expect(bits(attention.result(kernels, piece: piece)) == expected) }
        }
    }

    @Test("attention is softmax to within rounding", arguments: [CK_F32, CK_BF16], [1, 16, 33, 100, 300])
    func accuracy(format: ck_format, positions: Int) {
        // Large scores would overflow a softmax that forgot to subtract the maximum.
        for scale in [Float(1), 10, 400] {
            let attention = AttentionCase(
                heads: 2,
                dim: 24,
                blockTokens: 16,
                positions: positions,
                scale: scale,
                format: format
            )
            for (value, exact) in zip(attention.result(KernelCase.scalar), attention.exact()) {
                #expect(abs(Double(value) - exact) < 2e-6 * Double(max(scale, 3)))
            }
        }
    }
}
