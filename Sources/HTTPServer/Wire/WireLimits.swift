/// Bounds on what one request may occupy, in bytes and counts.
///
/// The defaults are those of the design: a head of 64 KiB and a body of 32 MiB.
package struct WireLimits: Sendable, Equatable {
    /// The longest request line, line end included; beyond it 414.
    package var requestLineBytesMax = 16 * 1024

    /// The longest request head, from the first byte to the empty line; beyond it 431.
    package var headBytesMax = 64 * 1024

    /// The most header fields of one request; beyond it 431.
    package var fieldCountMax = 128

    /// The largest decoded request body; beyond it 413.
    package var bodyBytesMax = 32 * 1024 * 1024

    /// The longest line that announces a chunk, extensions and line end included; beyond it 400.
    package var chunkLineBytesMax = 1024

    /// The most bytes that all chunk extensions of one body may take; beyond it 400.
    package var chunkExtensionBytesMax = 16 * 1024

    /// The longest trailer section of a chunked body; beyond it 431.
    package var trailerBytesMax = 16 * 1024

    /// Creates the default limits.
    package init() {}
}
