extension UnsafeRawBufferPointer {
    /// The bytes as numbers of that format, widened to Float32; exact. Not of a packed format. Meant for small tensors.
    package func widened(from format: WeightFormat) -> [Float] {
        let count = self.count / (format == .float32 ? 4 : 2)
        return (0..<count).map { index in
            switch format {
            case .float32:
                Float(bitPattern: UInt32(littleEndian: loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
            case .bfloat16: Float(bitPattern: UInt32(half(index)) << 16)
            case .float16: Float(Float16(bitPattern: half(index)))
            case .packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4:
                preconditionFailure("packed weights are for the kernels only")
            }
        }
    }

    private func half(_ index: Int) -> UInt16 {
        UInt16(littleEndian: loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    }
}
