import CKernels

/// How a device stores the numbers of a weight matrix.
package enum WeightFormat: Sendable, Equatable, CaseIterable {
    /// Row after row, as safetensors files have them.
    case float32
    case bfloat16
    case float16
    /// In groups of 16 rows and chunks of 64 columns, as the kernels read them; the layout is in `CKernels.h`.
    case packedBFloat16
    /// 8 bits a weight and a scale for 32, 8.5 bits in all.
    case packedInt8
    /// 4 bits a weight and a scale for 32, 4.5 bits in all.
    case packedInt4
    /// The same with codes that stand for the 16 values of `ck_codebook`.
    case packedCodebook4

    /// The format whose bytes are those of a stored tensor of this type, if there is one.
    package init?(_ type: TensorType) {
        switch type {
        case .float32: self = .float32
        case .bfloat16: self = .bfloat16
        case .float16: self = .float16
        default: return nil
        }
    }

    /// Whether it is one of those that files of our own have.
    package var isPacked: Bool {
        switch self {
        case .float32, .bfloat16, .float16: false
        case .packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4: true
        }
    }

    /// Bytes of a matrix, with what fills up the last group and chunk; `nil` if they overflow.
    package func byteCount(rowCount: Int, columnCount: Int) -> Int? {
        let (unitBytes, rows, columns) =
            switch self {
            case .float32: (4, rowCount, columnCount)
            case .bfloat16, .float16: (2, rowCount, columnCount)
            case .packedBFloat16: (MemoryLayout<ck_bf16_chunk>.size, Self.groups(rowCount), Self.chunks(columnCount))
            case .packedInt8: (MemoryLayout<ck_int8_chunk>.size, Self.groups(rowCount), Self.chunks(columnCount))
            case .packedInt4, .packedCodebook4:
                (MemoryLayout<ck_int4_chunk>.size, Self.groups(rowCount), Self.chunks(columnCount))
            }
        let (units, unitsOverflow) = rows.multipliedReportingOverflow(by: columns)
        let (bytes, bytesOverflow) = units.multipliedReportingOverflow(by: unitBytes)
        return unitsOverflow || bytesOverflow ? nil : bytes
    }

    private static func groups(_ rowCount: Int) -> Int { (rowCount + Int(CK_GROUP_ROWS) - 1) / Int(CK_GROUP_ROWS) }

    private static func chunks(_ columnCount: Int) -> Int {
        (columnCount + Int(CK_CHUNK_COLUMNS) - 1) / Int(CK_CHUNK_COLUMNS)
    }
}
