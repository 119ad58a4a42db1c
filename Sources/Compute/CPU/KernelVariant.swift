import CKernels

/// The instruction sets that the CPU's kernels are written for; all of them give the same bits.
package enum KernelVariant: String, Sendable, CaseIterable {
    case scalar
    case avx2
    case avx512
    case neon

    /// Those that this machine can run, slowest first.
    package static var supported: [KernelVariant] { allCases.filter { $0.table != nil } }

    /// The fastest that this machine can run.
    package static var best: KernelVariant { supported.last ?? .scalar }

    /// The variant that an operator asks for by name; `nil` asks for the fastest.
    ///
    /// - Throws: `ComputeError.unknownKernels`, or `.unsupportedKernels` if this machine lacks the instructions.
    package init(named name: String?) throws(ComputeError) {
        guard let name else {
            self = .best
            return
        }
        guard let variant = KernelVariant(rawValue: name) else { throw .unknownKernels(name: name) }
        guard variant.table != nil else { throw .unsupportedKernels(variant) }
        self = variant
    }

    /// The functions, where this machine can run them.
    var table: UnsafePointer<ck_kernels>? {
        switch self {
        case .scalar: ck_scalar_kernels()
        case .avx2: ck_avx2_kernels()
        case .avx512: ck_avx512_kernels()
        case .neon: ck_neon_kernels()
        }
    }
}
