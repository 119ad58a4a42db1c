import Glibc

/// Pages of 2 MiB in place of 4 KiB: what is read far apart then rarely waits for the tables that translate addresses.
enum LargePages {
    /// Below this the memory that rounding wastes is not worth it.
    private static let leastBytes = 8 << 20

    /// Asks for large pages; the system may decline, and nothing else changes.
    static func advise(_ address: UnsafeMutableRawPointer, byteCount: Int) {
        guard byteCount >= leastBytes else { return }
        madvise(address, byteCount, MADV_HUGEPAGE)
    }
}
