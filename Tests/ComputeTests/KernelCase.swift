import CKernels

/// Random numbers and memory for comparing kernels.
struct KernelCase {
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// Numbers between -1 and 1 times `scale`.
    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in (Float(next() >> 40) * 0x1p-23 - 1) * scale }
    }

    /// The bytes of `count` weights, behind an odd offset so that nothing is aligned.
    mutating func weights(_ count: Int, _ format: ck_format) -> [UInt8] {
        var bytes: [UInt8] = [0]
        for value in floats(count) {
            switch format {
            case CK_F32: withUnsafeBytes(of: value.bitPattern) { bytes.append(contentsOf: $0) }
            case CK_BF16: withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { bytes.append(contentsOf: $0) }
            default: withUnsafeBytes(of: Float16(value).bitPattern) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    static let formats = [CK_F32, CK_BF16, CK_F16]
    /// Around the width of the vectors, and around the tiles.
    static let sizes = [1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 130]

    /// The tables that this machine can run beside the scalar one.
    static var wideTables: [ck_kernels] {
        [ck_avx2_kernels(), ck_avx512_kernels(), ck_neon_kernels()].compactMap { $0?.pointee }
    }

    static var scalar: ck_kernels { ck_scalar_kernels().pointee }
}

/// The bits of floats, so that equal means equal.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
