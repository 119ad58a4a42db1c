/// Bytes that wait to be written, first in, first out.
package struct OutputBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var head = 0

    /// How many bytes wait.
    package var count: Int { bytes.count - head }

    package var isEmpty: Bool { count == 0 }

    /// Lets `write` append bytes.
    package mutating func append(_ write: (inout [UInt8]) -> Void) {
        // Moving the rest down only once half is gone keeps the cost per byte constant.
        if head > 64 * 1024, head > bytes.count / 2 {
            bytes.removeSubrange(..<head)
            head = 0
        }
        // Room for a small answer at once, not bit by bit.
        if bytes.capacity == 0 { bytes.reserveCapacity(480) }
        write(&bytes)
    }

    package mutating func append(_ piece: [UInt8]) {
        append { $0.append(contentsOf: piece) }
    }

    /// Drops bytes that were written.
    ///
    /// - Precondition: `written <= count`
    package mutating func consume(_ written: Int) {
        precondition(written <= count, "more bytes written than there were")
        head += written
        if head == bytes.count { removeAll() }
    }

    /// Drops everything; memory is given back, so that idle connections stay small.
    package mutating func removeAll() {
        bytes = []
        head = 0
    }

    /// Lends the waiting bytes.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[head...])) }
    }
}
