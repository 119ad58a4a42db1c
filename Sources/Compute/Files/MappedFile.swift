import Glibc

/// A file's bytes, mapped for reading; nothing is copied, and pages are read when they are touched.
///
/// The bytes must not change while they are mapped: a file that is cut short under a running process ends it.
package final class MappedFile: Sendable {
    /// The path as it was given.
    package let path: String
    package let byteCount: Int
    /// Null for an empty file, which cannot be mapped. Never written through, so sharing it is safe.
    private nonisolated(unsafe) let address: UnsafeRawPointer?

    /// Maps the regular file at `path`.
    ///
    /// - Throws: `ComputeError.cannotRead`.
    package init(path: String) throws(ComputeError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MappedFile.failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw MappedFile.failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .cannotRead(file: path, reason: "it is not a regular file")
        }
        self.path = path
        byteCount = Int(status.st_size)
        guard byteCount > 0 else {
            address = nil
            return
        }
        guard let map = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), map != MAP_FAILED else {
            throw MappedFile.failure(path)
        }
        address = UnsafeRawPointer(map)
    }

    /// Memory that stands for a file which was never written, filled by `fill`; for measurements with made-up weights.
    ///
    /// - Throws: `ComputeError.outOfMemory`.
    package init(
        memoryOf byteCount: Int,
        named path: String,
        fill: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(ComputeError) {
        let protection = PROT_READ | PROT_WRITE
        guard byteCount > 0, let map = mmap(nil, byteCount, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            map != MAP_FAILED
        else { throw .outOfMemory(bytes: byteCount) }
        fill(UnsafeMutableRawBufferPointer(start: map, count: byteCount))
        self.path = path
        self.byteCount = byteCount
        address = UnsafeRawPointer(map)
    }

    deinit {
        if let address { munmap(UnsafeMutableRawPointer(mutating: address), byteCount) }
    }

    /// Calls `body` with all bytes, which are valid until it returns.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Without this the file could be unmapped as soon as nothing but the pointer is used.
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(start: address, count: byteCount))
    }

    /// A copy of all bytes.
    package func copy() -> [UInt8] { withBytes { Array($0) } }

    /// Whether there is anything at `path`.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func failure(_ path: String) -> ComputeError {
        .cannotRead(file: path, reason: String(cString: strerror(errno)))
    }
}
