import CKernels
import Glibc
import OrderedJSON

/// Writes a packed file beside its place and moves it there when it is whole.
///
/// The table of contents comes first but is known last: its place is kept free, and it must fit.
package final class PackedFileWriter {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let headerBytesMax: Int
    private var end: Int
    private var files = JSONObject()
    private var tensors = JSONObject()
    private let team: ThreadTeam
    private var isOpen = true

    /// Makes the temporary file.
    ///
    /// - Parameters:
    ///   - path: Where the file is to be.
    ///   - tensorCount: How many tensors there are going to be, for the size of the table.
    ///   - team: The threads that make checksums.
    /// - Throws: `ComputeError.cannotWrite`.
    package init(path: String, tensorCount: Int, team: ThreadTeam) throws(ComputeError) {
        self.path = path
        self.team = team
        temporary = path + ".\(getpid()).part"
        headerBytesMax = (tensorCount + 16) * 512
        end = PackedFile.prefixBytes + headerBytesMax
        descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PackedFileWriter.failure(path) }
    }

    deinit { abandon() }

    /// Adds a small file.
    package func add(file name: String, _ bytes: [UInt8]) throws(ComputeError) {
        let entry = bytes.withUnsafeBytes { bytes in
            Result { () throws(ComputeError) in try append(bytes) }
        }
        files[name] = .object(JSONObject(try entry.get()))
    }

    /// Adds a tensor.
    package func add(
        tensor name: String,
        type: TensorType,
        format: WeightFormat,
        shape: [Int],
        _ bytes: UnsafeRawBufferPointer
    ) throws(ComputeError) {
        precondition(
            bytes.count == format.byteCount(rowCount: shape.dropLast().reduce(1, *), columnCount: shape.last ?? 1)
        )
        let about: [(String, JSONValue)] = [
            ("type", .string(type.rawValue)), ("format", .string(format.name)),
            ("shape", .array(shape.map { .integer(Int64($0)) })),
        ]
        tensors[name] = .object(JSONObject(about + (try append(bytes))))
    }

    /// Writes the table, waits until everything is on the disk, and moves the file to its place.
    package func finish() throws(ComputeError) {
        let header: JSONValue = ["files": .object(files), "tensors": .object(tensors)]
        let table = Array(header.text().utf8)
        precondition(table.count <= headerBytesMax, "more names than room was kept for")
        var head = PackedFile.magic
        append(UInt64(PackedFile.version), to: &head)
        head += Array(PackedFile.layout.utf8)
        append(UInt64(end), to: &head)
        append(UInt64(table.count), to: &head)
        head += [UInt8](repeating: 0, count: PackedFile.prefixBytes - head.count)
        head += table
        let checksum = head.withUnsafeBytes { PackedHeaderReader.checksum($0, tableEnd: head.count) }
        withUnsafeBytes(of: checksum.littleEndian) { head.replaceSubrange(40..<48, with: $0) }
        try head.withUnsafeBytes { bytes in Result { () throws(ComputeError) in try write(bytes, at: 0) } }.get()
        // A part at the end may be shorter than its place.
        guard ftruncate(descriptor, off_t(end)) == 0, fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw PackedFileWriter.failure(path)
        }
        close(descriptor)
        isOpen = false
        PackedFileWriter.synchronizeFolder(of: path)
    }

    /// Removes what was written, if the file was not finished.
    package func abandon() {
        guard isOpen else { return }
        isOpen = false
        close(descriptor)
        unlink(temporary)
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws(ComputeError) -> [(String, JSONValue)] {
        let start = (end + PackedFile.alignment - 1) / PackedFile.alignment * PackedFile.alignment
        try write(bytes, at: start)
        end = start + bytes.count
        let checksum = PackedFile.checksum(bytes, team: team)
        return [
            ("offset", .integer(Int64(start))), ("bytes", .integer(Int64(bytes.count))),
            ("checksum", .string(String(checksum, radix: 16))),
        ]
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ComputeError) {
        var done = 0
        while done < bytes.count {
            let part = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, part.baseAddress, min(part.count, 1 << 30), off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw PackedFileWriter.failure(path) }
            done += count
        }
    }

    private func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Without this the name could be lost with the power.
    private static func synchronizeFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> ComputeError {
        errno == ENOSPC || errno == EDQUOT
            ? .diskFull(file: path) : .cannotWrite(file: path, reason: String(cString: strerror(errno)))
    }
}
