/// Collects one line at a time from bytes that arrive in arbitrary pieces.
///
/// Each byte is looked at once. Errors depend on the bytes only, never on how they were cut.
struct LineScanner: Sendable {
    /// The line collected so far, without its line end.
    private(set) var line: [UInt8] = []

    /// Bytes taken since the section began, line ends included.
    private(set) var sectionBytes = 0

    /// The previous byte was a carriage return.
    private var expectsLineFeed = false

    /// The line in `line` is whole and has been handed out.
    private var isComplete = false

    /// Whether some byte of an unfinished line has been taken.
    var isInsideLine: Bool { !isComplete && (!line.isEmpty || expectsLineFeed) }

    /// Starts a new section: the byte count returns to zero and memory is given back.
    mutating func beginSection() {
        line = []
        sectionBytes = 0
        expectsLineFeed = false
        isComplete = false
    }

    /// Takes bytes up to the end of the current line.
    ///
    /// - Parameters:
    ///   - input: The bytes at hand.
    ///   - index: The first byte to take; moved behind the last one taken.
    ///   - limit: How many bytes the section may have in all.
    ///   - excess: The error for the first byte beyond the limit.
    /// - Returns: Whether `line` is now a whole line.
    /// - Throws: `excess`, or what is wrong with a byte.
    mutating func scan(
        _ input: Span<UInt8>,
        from index: inout Int,
        limit: Int,
        excess: HTTPParseError
    ) throws(HTTPParseError) -> Bool {
        if isComplete {
            line.removeAll(keepingCapacity: true)
            isComplete = false
        }
        let end = min(input.count, index + max(0, limit - sectionBytes))
        var runStart = index
        var position = index
        while position < end {
            let byte = input[position]
            position += 1
            if expectsLineFeed {
                // RFC 9112 §2.2: a bare CR is invalid; no leniency, since peers disagree about it.
                guard byte == ByteClass.lineFeed else { throw .bareCarriageReturn }
                expectsLineFeed = false
                isComplete = true
                sectionBytes += position - index
                index = position
                return true
            }
            guard byte < 0x20 || byte == 0x7F else { continue }
            switch byte {
            case ByteClass.tab:
                continue
            case ByteClass.carriageReturn:
                append(input, runStart..<position - 1)
                runStart = position
                expectsLineFeed = true
            case ByteClass.lineFeed:
                // RFC 9112 §2.2 lets a recipient accept a bare LF; we do not, to leave no room for smuggling.
                throw .bareLineFeed
            default:
                // RFC 9110 §5.5: CR, LF and NUL are dangerous in values, other controls are invalid too.
                throw .controlByte(byte)
            }
        }
        if !expectsLineFeed { append(input, runStart..<position) }
        sectionBytes += position - index
        index = position
        if position < input.count { throw excess }
        return false
    }

    private mutating func append(_ input: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        input.extracting(range).withUnsafeBufferPointer { line.append(contentsOf: $0) }
    }
}
