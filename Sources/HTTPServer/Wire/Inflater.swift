internal import CZlib

/// Decodes compressed content piece by piece and within a bound, so that a small bomb stays small.
final class Inflater: @unchecked Sendable {  // Belongs to the body of one request, which one event loop reads.
    /// How much room is made for the text at a time.
    private static let stepBytes = 32 * 1024

    private let stream: UnsafeMutablePointer<z_stream>
    private let coding: ContentCoding
    /// A compressed stream has come to its end; with gzip another one may follow.
    private var isBetweenMembers = false
    private var hasInput = false

    /// Starts at the beginning of some content.
    init(_ coding: ContentCoding) {
        self.coding = coding
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window; 16 more asks for the gzip format.
        let code = actuary_inflate_init(stream, coding == .gzip ? 15 + 16 : 15)
        precondition(code == Z_OK, "zlib cannot be set up")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decodes a piece.
    ///
    /// - Parameters:
    ///   - piece: The next compressed bytes.
    ///   - text: Where the decoded bytes are appended.
    ///   - bytesMax: How many there may be in all.
    /// - Throws: `.malformedContent`, or `.bodyTooLarge` once there is a byte too many.
    func decode(_ piece: Span<UInt8>, into text: inout [UInt8], bytesMax: Int) throws(HTTPParseError) {
        guard !piece.isEmpty else { return }
        hasInput = true
        let failure = piece.withUnsafeBufferPointer { buffer -> HTTPParseError? in
            // zlib only reads there, though its interface cannot say so.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: buffer.baseAddress)
            stream.pointee.avail_in = UInt32(buffer.count)
            defer { stream.pointee.next_in = nil }
            return decodeInput(into: &text, bytesMax: bytesMax)
        }
        if let failure { throw failure }
    }

    /// Checks that the content is whole.
    func finish() throws(HTTPParseError) {
        guard !hasInput || isBetweenMembers else { throw .malformedContent }
    }

    private func decodeInput(into text: inout [UInt8], bytesMax: Int) -> HTTPParseError? {
        var isFull = false
        while stream.pointee.avail_in > 0 || isFull {
            if isBetweenMembers {
                // RFC 1952 §2.2: members simply follow one another.
                guard coding == .gzip, inflateReset(stream) == Z_OK else { return .malformedContent }
                isBetweenMembers = false
            }
            var code = Z_OK
            // One byte more than allowed, to tell the full measure from an excess.
            let room = min(Self.stepBytes, bytesMax - text.count + 1)
            text.append(addingCapacity: room) { span in
                span.withUnsafeMutableBufferPointer { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(room)
                    code = inflate(stream, Z_NO_FLUSH)
                    count = room - Int(stream.pointee.avail_out)
                }
            }
            isFull = stream.pointee.avail_out == 0
            if text.count > bytesMax { return .bodyTooLarge(limitBytes: bytesMax) }
            switch code {
            case Z_STREAM_END:
                isBetweenMembers = true
                isFull = false
            case Z_OK: break
            // No progress without more input or room; the loop knows which.
            case Z_BUF_ERROR where stream.pointee.avail_in == 0: isFull = false
            default: return .malformedContent
            }
        }
        return nil
    }
}
