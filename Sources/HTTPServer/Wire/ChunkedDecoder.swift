/// Takes a chunked body apart (RFC 9112 §7.1).
///
/// Extensions and trailers are checked, bounded and dropped, as §7.1.1 and §7.1.2 allow.
struct ChunkedDecoder: Sendable {
    private enum State {
        /// In the line that announces a chunk.
        case sizeLine
        /// In the data of a chunk, with so many bytes to come.
        case data(remaining: Int)
        /// Behind the data: the carriage return must follow.
        case dataReturn
        /// Behind the carriage return: the line feed must follow.
        case dataLineFeed
        /// Behind the last chunk.
        case trailers
    }

    private var state = State.sizeLine
    private var scanner = LineScanner()
    private var extensionBytes = 0
    private var trailerCount = 0

    /// Takes bytes until the body is whole.
    ///
    /// - Parameters:
    ///   - input: The bytes at hand.
    ///   - index: The first byte to take; moved behind the last one taken.
    ///   - body: Where the data go.
    ///   - limits: Bounds on sizes, extensions and trailers.
    /// - Returns: Whether the body, trailers included, is whole.
    /// - Throws: What is wrong with the framing, or which limit was passed.
    mutating func decode(
        _ input: Span<UInt8>,
        from index: inout Int,
        into body: inout BodyBuffer,
        limits: WireLimits
    ) throws(HTTPParseError) -> Bool {
        while true {
            switch state {
            case .sizeLine:
                guard try takeSizeLine(input, from: &index, received: body.receivedBytes, limits: limits) else {
                    return false
                }
            case .data(let remaining):
                guard index < input.count else { return false }
                let count = min(remaining, input.count - index)
                try body.append(input.extracting(index..<index + count))
                index += count
                state = count == remaining ? .dataReturn : .data(remaining: remaining - count)
            case .dataReturn, .dataLineFeed:
                guard index < input.count else { return false }
                try takeDataEnd(input[index])
                index += 1
            case .trailers:
                guard try takeTrailer(input, from: &index, limits: limits) else { return false }
                if scanner.line.isEmpty { return true }
                _ = try FieldLine.parse(scanner.line)
                trailerCount += 1
                guard trailerCount <= limits.fieldCountMax else { throw .tooManyFields(limit: limits.fieldCountMax) }
            }
        }
    }

    private mutating func takeSizeLine(
        _ input: Span<UInt8>,
        from index: inout Int,
        received: Int,
        limits: WireLimits
    ) throws(HTTPParseError) -> Bool {
        let limit = limits.chunkLineBytesMax
        guard try scanner.scan(input, from: &index, limit: limit, excess: .chunkLineTooLong(limitBytes: limit)) else {
            return false
        }
        let line = scanner.line
        let sizeEnd = line.firstIndex(of: UInt8(ascii: ";")) ?? line.endIndex
        extensionBytes += line.count - sizeEnd
        // Extensions mean nothing here, so many of them are only a way to keep the server busy.
        guard extensionBytes <= limits.chunkExtensionBytesMax else {
            throw .chunkExtensionsTooLarge(limitBytes: limits.chunkExtensionBytesMax)
        }
        let size = try Self.parseSize(line[..<sizeEnd], max: limits.bodyBytesMax - received, limits: limits)
        scanner.beginSection()
        state = size == 0 ? .trailers : .data(remaining: size)
        return true
    }

    /// Reads `1*HEXDIG`; no sign, prefix, or white space, not even the "bad" kind before an extension.
    private static func parseSize(
        _ digits: ArraySlice<UInt8>,
        max: Int,
        limits: WireLimits
    ) throws(HTTPParseError) -> Int {
        guard !digits.isEmpty else { throw .malformedChunkSize }
        var size = 0
        for digit in digits {
            guard let value = ByteClass.hexadecimalValue(digit) else { throw .malformedChunkSize }
            // RFC 9112 §7.1: large sizes must not overflow; saturation keeps the number above every limit.
            size = size > Int.max >> 4 ? Int.max : size << 4 | Int(value)
        }
        guard size <= max else { throw .bodyTooLarge(limitBytes: limits.bodyBytesMax) }
        return size
    }

    private mutating func takeDataEnd(_ byte: UInt8) throws(HTTPParseError) {
        if case .dataReturn = state {
            guard byte == ByteClass.carriageReturn else { throw .malformedChunkEnd }
            state = .dataLineFeed
        } else {
            guard byte == ByteClass.lineFeed else { throw .malformedChunkEnd }
            state = .sizeLine
        }
    }

    private mutating func takeTrailer(
        _ input: Span<UInt8>,
        from index: inout Int,
        limits: WireLimits
    ) throws(HTTPParseError) -> Bool {
        let limit = limits.trailerBytesMax
        return try scanner.scan(input, from: &index, limit: limit, excess: .trailersTooLarge(limitBytes: limit))
    }
}
