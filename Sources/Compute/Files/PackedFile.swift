import CKernels
import OrderedJSON

/// A whole model in one file: small files as they were, and tensors laid out for the kernels.
///
/// 64 bytes of prefix, a JSON table of contents, then the parts, each at a multiple of 64 bytes. All numbers are little-endian.
package struct PackedFile: Sendable {
    /// A part of the file and what it must add up to.
    package struct Part: Sendable, Equatable {
        package var range: Range<Int>
        package var checksum: UInt64
    }

    package static let magic: [UInt8] = Array("ACTUPACK".utf8)
    package static let version = 1
    /// How matrices are laid out: groups of 16 rows, chunks of 64 columns, little-endian.
    package static let layout = "x16c64le"
    static let prefixBytes = 64
    static let alignment = 64
    /// Checksums of large parts are made of the checksums of pieces of this size.
    static let pieceBytes = 4 << 20

    package let path: String
    package let files: [String: Part]
    package let catalog: TensorCatalog
    /// By the names of the tensors.
    package let parts: [String: Part]
    package let byteCount: Int
    private let file: MappedFile

    /// Whether a file begins like a packed one.
    package static func isPacked(_ path: String) -> Bool {
        guard let file = try? MappedFile(path: path) else { return false }
        return file.withBytes { $0.count >= 8 && Array($0[..<8]) == magic }
    }

    /// Maps a file and checks everything but its parts' checksums.
    ///
    /// - Throws: `ComputeError` that names the file and what is wrong with it.
    package init(path: String) throws(ComputeError) {
        let file = try MappedFile(path: path)
        self.path = path
        self.file = file
        byteCount = file.byteCount
        let reader = PackedHeaderReader(path: path)
        let header = try file.withBytes { bytes throws(ComputeError) in try reader.header(bytes) }
        var files: [String: Part] = [:]
        for (name, value) in try reader.members(header, "files") {
            files[name] = try reader.part(name, value, fileBytes: file.byteCount)
        }
        var tensors: [String: StoredTensor] = [:]
        var parts: [String: Part] = [:]
        for (name, value) in try reader.members(header, "tensors") {
            let part = try reader.part(name, value, fileBytes: file.byteCount)
            tensors[name] = try reader.tensor(name, value, part.range, file)
            parts[name] = part
        }
        self.files = files
        self.parts = parts
        catalog = TensorCatalog(path: path, tensors: tensors)
    }

    /// The bytes of a small file; `nil` if it is not in there.
    package func bytes(of name: String) -> [UInt8]? {
        guard let part = files[name] else { return nil }
        return file.withBytes { Array($0[part.range]) }
    }

    /// Reads everything once and compares the checksums.
    ///
    /// - Parameter team: The threads that read.
    /// - Throws: `ComputeError.damagedPart` naming the first part that differs.
    package func verify(team: ThreadTeam) throws(ComputeError) {
        try file.withBytes { bytes throws(ComputeError) in
            for (name, part) in Array(files)
                + Array(parts).sorted(by: { $0.value.range.lowerBound < $1.value.range.lowerBound })
            {
                let memory = UnsafeRawBufferPointer(rebasing: bytes[part.range])
                guard PackedFile.checksum(memory, team: team) == part.checksum else {
                    throw .damagedPart(file: path, part: name)
                }
            }
        }
    }

    /// The checksum of a part: that of one piece, or of the checksums of its pieces.
    package static func checksum(_ memory: UnsafeRawBufferPointer, team: ThreadTeam) -> UInt64 {
        guard let start = memory.baseAddress else { return 0 }
        let pieceCount = (memory.count + pieceBytes - 1) / pieceBytes
        guard pieceCount > 1 else { return ck_checksum(start, memory.count) }
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: pieceCount) { sums in
            nonisolated(unsafe) let sums = sums
            team.divide(pieceCount, sharesPerThread: 4) { pieces in
                for piece in pieces {
                    let from = piece * pieceBytes
                    sums[piece] = ck_checksum(start + from, min(pieceBytes, memory.count - from)).littleEndian
                }
            }
            guard let address = sums.baseAddress else { return 0 }
            return ck_checksum(address, pieceCount * 8)
        }
    }
}

extension WeightFormat {
    /// The name in a packed file, and on the command line where it can be chosen there.
    package var name: String {
        switch self {
        case .float32: "f32"
        case .bfloat16: "bf16-rows"
        case .float16: "f16-rows"
        case .packedBFloat16: "bf16"
        case .packedInt8: "int8"
        case .packedInt4: "int4"
        case .packedCodebook4: "int4-codebook"
        }
    }

    /// The format of that name.
    package init?(named name: String) {
        guard let format = WeightFormat.allCases.first(where: { $0.name == name }) else { return nil }
        self = format
    }
}
