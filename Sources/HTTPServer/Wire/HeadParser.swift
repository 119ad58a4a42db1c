import HTTPTypes

/// Builds a request head from lines.
struct HeadParser: Sendable {
    private static let emptyLinesMax = 4

    private var scanner = LineScanner()
    private var requestLine: RequestLine?
    private var fields = HTTPFields()
    private var emptyLineCount = 0

    /// Whether some byte of a request has been taken; empty lines before it do not count.
    var hasStarted: Bool { requestLine != nil || scanner.isInsideLine }

    /// Takes bytes until the head is whole.
    ///
    /// - Returns: The head, or nil when more bytes are needed.
    mutating func parse(
        _ input: Span<UInt8>,
        from index: inout Int,
        limits: WireLimits
    ) throws(HTTPParseError) -> RequestHead? {
        while true {
            let isFirst = requestLine == nil
            let lineLimit = min(limits.requestLineBytesMax, limits.headBytesMax)
            guard
                try scanner.scan(
                    input,
                    from: &index,
                    limit: isFirst ? lineLimit : limits.headBytesMax,
                    excess: isFirst
                        ? .requestLineTooLong(limitBytes: lineLimit) : .headTooLarge(limitBytes: limits.headBytesMax)
                )
            else { return nil }
            guard let requestLine else {
                try takeFirstLine()
                continue
            }
            guard scanner.line.isEmpty else {
                guard fields.count < limits.fieldCountMax else { throw .tooManyFields(limit: limits.fieldCountMax) }
                fields.append(try FieldLine.parse(scanner.line))
                continue
            }
            let head = try RequestHead(
                method: requestLine.method,
                target: requestLine.target,
                version: requestLine.version,
                fields: fields,
                bodyBytesMax: limits.bodyBytesMax
            )
            reset()
            return head
        }
    }

    private mutating func takeFirstLine() throws(HTTPParseError) {
        guard scanner.line.isEmpty else {
            requestLine = try RequestLine(scanner.line)
            return
        }
        // RFC 9112 §2.2: at least one empty line before the request line is to be ignored.
        emptyLineCount += 1
        if emptyLineCount > Self.emptyLinesMax { throw .malformedRequestLine }
    }

    private mutating func reset() {
        scanner.beginSection()
        requestLine = nil
        fields = HTTPFields()
        emptyLineCount = 0
    }
}
