internal import CZlib

/// Compresses a response with gzip (RFC 1952), whole or as a stream.
final class GzipEncoder: @unchecked Sendable {  // Belongs to one exchange, which one event loop answers.
    /// What is to become of text at the end of a piece.
    enum End {
        /// The reader can decode all of the piece at once, as it must with an event of a stream.
        case flush
        /// The content is whole.
        case finish
    }

    private static let level: Int32 = 4
    /// A window of 8 KiB and 32 KiB of tables: a stream has many small pieces, and there are many streams.
    private static let windowBits: Int32 = 13
    private static let memoryLevel: Int32 = 6

    private let stream: UnsafeMutablePointer<z_stream>

    /// Starts at the beginning of some content.
    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16 more asks for the gzip format.
        let code = actuary_deflate_init(stream, Self.level, Self.windowBits + 16, Self.memoryLevel)
        precondition(code == Z_OK, "zlib cannot be set up")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses a piece.
    func encode(_ text: [UInt8], end: End) -> [UInt8] {
        var coded: [UInt8] = []
        text.withUnsafeBufferPointer { buffer in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: buffer.baseAddress)
            stream.pointee.avail_in = UInt32(buffer.count)
            let step = max(512, buffer.count / 2)
            repeat {
                coded.append(addingCapacity: step) { span in
                    span.withUnsafeMutableBufferPointer { room, count in
                        stream.pointee.next_out = room.baseAddress
                        stream.pointee.avail_out = UInt32(step)
                        _ = deflate(stream, end == .finish ? Z_FINISH : Z_SYNC_FLUSH)
                        count = step - Int(stream.pointee.avail_out)
                    }
                }
            } while stream.pointee.avail_out == 0
            stream.pointee.next_in = nil
        }
        return coded
    }
}
