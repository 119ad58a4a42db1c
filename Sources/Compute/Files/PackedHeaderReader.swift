import CKernels
import OrderedJSON

/// Reads the prefix and the table of contents of a packed file, believing nothing.
struct PackedHeaderReader {
    let path: String

    /// The table of contents.
    func header(_ bytes: UnsafeRawBufferPointer) throws(ComputeError) -> JSONValue {
        guard bytes.count >= 8, Array(bytes[..<8]) == PackedFile.magic else { throw .notPacked(file: path) }
        guard bytes.count >= PackedFile.prefixBytes else {
            throw .packedTruncated(file: path, neededBytes: PackedFile.prefixBytes, fileBytes: bytes.count)
        }
        func number(_ at: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        // The version comes first: a newer one may have arranged everything behind it in another way.
        guard number(8) == PackedFile.version else {
            throw .packedVersion(file: path, found: number(8), known: PackedFile.version)
        }
        let layout = String(decoding: bytes[16..<24], as: UTF8.self)
        guard layout == PackedFile.layout else { throw .packedLayout(file: path, found: layout) }
        let fileBytes = number(24)
        guard fileBytes <= UInt64(bytes.count) else {
            throw .packedTruncated(file: path, neededBytes: Int(clamping: fileBytes), fileBytes: bytes.count)
        }
        guard fileBytes == UInt64(bytes.count) else {
            throw .packedTooLong(file: path, expectedBytes: Int(clamping: fileBytes), fileBytes: bytes.count)
        }
        let headerBytes = number(32)
        guard headerBytes <= UInt64(bytes.count - PackedFile.prefixBytes) else {
            throw .damagedPart(file: path, part: "header")
        }
        let end = PackedFile.prefixBytes + Int(headerBytes)
        // The prefix guards itself too: its checksum is that of what comes before it and of the table.
        guard PackedHeaderReader.checksum(bytes, tableEnd: end) == number(40) else {
            throw .damagedPart(file: path, part: "header")
        }
        do { return try JSONValue(parsing: Array(bytes[PackedFile.prefixBytes..<end])) } catch {
            throw .invalidJSON(file: path, error)
        }
    }

    /// Of the prefix up to the checksum, and of the table of contents.
    static func checksum(_ bytes: UnsafeRawBufferPointer, tableEnd: Int) -> UInt64 {
        guard let start = bytes.baseAddress else { return 0 }
        let table = ck_checksum(start + PackedFile.prefixBytes, tableEnd - PackedFile.prefixBytes)
        return ck_checksum(start, 40) ^ (table << 1 | table >> 63)
    }

    /// The members of an object in the table.
    func members(_ header: JSONValue, _ name: String) throws(ComputeError) -> [(String, JSONValue)] {
        guard let object = header[name]?.object else { throw .damagedPart(file: path, part: name) }
        return object.map { ($0.0, $0.1) }
    }

    /// Where a part lies; inside the file and aligned.
    func part(_ name: String, _ value: JSONValue, fileBytes: Int) throws(ComputeError) -> PackedFile.Part {
        guard let offset = value["offset"]?.integer, let count = value["bytes"]?.integer, offset >= 0, count >= 0,
            offset % PackedFile.alignment == 0, offset <= fileBytes, count <= fileBytes - offset,
            let text = value["checksum"]?.string, let checksum = UInt64(text, radix: 16)
        else { throw .damagedPart(file: path, part: name) }
        return PackedFile.Part(range: offset..<(offset + count), checksum: checksum)
    }

    /// A tensor whose bytes are as many as its shape and format demand.
    func tensor(
        _ name: String,
        _ value: JSONValue,
        _ range: Range<Int>,
        _ file: MappedFile
    ) throws(ComputeError) -> StoredTensor {
        guard let typeName = value["type"]?.string, let type = TensorType(rawValue: typeName),
            let formatName = value["format"]?.string, let format = WeightFormat(named: formatName),
            let elements = value["shape"]?.array
        else { throw .damagedPart(file: path, part: name) }
        let shape = elements.compactMap(\.integer)
        guard shape.count == elements.count, !shape.isEmpty, shape.allSatisfy({ $0 > 0 && $0 < 1 << 40 }),
            let rows = PackedHeaderReader.product(shape.dropLast()),
            format.byteCount(rowCount: rows, columnCount: shape[shape.count - 1]) == range.count
        else { throw .damagedPart(file: path, part: name) }
        return StoredTensor(
            name: name,
            type: format.isPacked ? type : (TensorType(format) ?? type),
            shape: shape,
            byteRange: range,
            file: file,
            packedFormat: format.isPacked ? format : nil
        )
    }

    private static func product(_ shape: ArraySlice<Int>) -> Int? {
        var total = 1
        for dimension in shape {
            let (next, hasOverflown) = total.multipliedReportingOverflow(by: dimension)
            guard !hasOverflown else { return nil }
            total = next
        }
        return total
    }
}

extension TensorType {
    /// The type of a format of rows.
    fileprivate init?(_ format: WeightFormat) {
        switch format {
        case .float32: self = .float32
        case .bfloat16: self = .bfloat16
        case .float16: self = .float16
        case .packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4: return nil
        }
    }
}
