import Testing

@testable import HTTPServer

@Suite("Limits of the parser")
struct ParserLimitTests {
    /// The error for a request, or nil if it is parsed.
    private func error(_ text: String, _ change: (inout WireLimits) -> Void) -> HTTPParseError? {
        var limits = WireLimits()
        change(&limits)
        return ParseTrace(text, limits: limits).error
    }

    @Test("the request line may have n bytes and not n + 1", arguments: [-1, 0, 1])
    func requestLine(_ excess: Int) {
        let line = "GET /\(String(repeating: "a", count: 40)) HTTP/1.1\r\n"
        let limit = line.utf8.count - excess
        let expected: HTTPParseError? = excess > 0 ? .requestLineTooLong(limitBytes: limit) : nil
        #expect(error(line + "Host: a\r\n\r\n") { $0.requestLineBytesMax = limit } == expected)
    }

    @Test("the head may have n bytes and not n + 1", arguments: [-1, 0, 1])
    func head(_ excess: Int) {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: 100))\r\n\r\n"
        let limit = text.utf8.count - excess
        let expected: HTTPParseError? = excess > 0 ? .headTooLarge(limitBytes: limit) : nil
        #expect(error(text) { $0.headBytesMax = limit } == expected)
    }

    @Test("there may be n fields and not n + 1", arguments: [-1, 0, 1])
    func fieldCount(_ excess: Int) {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 9 + excess) + "\r\n"
        #expect(error(text) { $0.fieldCountMax = 10 } == (excess > 0 ? .tooManyFields(limit: 10) : nil))
    }

    @Test("a body of known length may have n bytes and not n + 1", arguments: [-1, 0, 1])
    func length(_ excess: Int) {
        let body = String(repeating: "x", count: 20 + excess)
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(20 + excess)\r\n\r\n" + body
        #expect(error(text) { $0.bodyBytesMax = 20 } == (excess > 0 ? .bodyTooLarge(limitBytes: 20) : nil))
    }

    @Test("a chunked body may have n bytes and not n + 1", arguments: [-1, 0, 1])
    func chunks(_ excess: Int) {
        let last = String(5 + excess, radix: 16) + "\r\n" + String(repeating: "x", count: 5 + excess) + "\r\n"
        let text = Self.chunkedHead + "f\r\n123456789012345\r\n" + last + "0\r\n\r\n"
        #expect(error(text) { $0.bodyBytesMax = 20 } == (excess > 0 ? .bodyTooLarge(limitBytes: 20) : nil))
    }

    @Test("a chunk line may have n bytes and not n + 1", arguments: [-1, 0, 1])
    func chunkLine(_ excess: Int) {
        let text = Self.chunkedHead + "1;" + String(repeating: "e", count: 16 + excess) + "\r\nx\r\n0\r\n\r\n"
        #expect(error(text) { $0.chunkLineBytesMax = 20 } == (excess > 0 ? .chunkLineTooLong(limitBytes: 20) : nil))
    }

    @Test("chunk extensions may have n bytes in all and not n + 1", arguments: [-1, 0, 1])
    func extensions(_ excess: Int) {
        let text =
            Self.chunkedHead + "1;aaaa\r\nx\r\n1;" + String(repeating: "e", count: 14 + excess) + "\r\nx\r\n0\r\n\r\n"
        let expected: HTTPParseError? = excess > 0 ? .chunkExtensionsTooLarge(limitBytes: 20) : nil
        #expect(error(text) { $0.chunkExtensionBytesMax = 20 } == expected)
    }

    @Test("trailers may have n bytes and not n + 1", arguments: [-1, 0, 1])
    func trailers(_ excess: Int) {
        let text = Self.chunkedHead + "0\r\nA: " + String(repeating: "t", count: 13 + excess) + "\r\n\r\n"
        #expect(error(text) { $0.trailerBytesMax = 20 } == (excess > 0 ? .trailersTooLarge(limitBytes: 20) : nil))
    }

    @Test("there may be n trailers and not n + 1", arguments: [-1, 0, 1])
    func trailerCount(_ excess: Int) {
        let text = Self.chunkedHead + "0\r\n" + String(repeating: "A: b\r\n", count: 5 + excess) + "\r\n"
        #expect(error(text) { $0.fieldCountMax = 5 } == (excess > 0 ? .tooManyFields(limit: 5) : nil))
    }

    @Test("endless input is refused at the limit, not at its end")
    func endless() {
        let line = ParseTrace("GET /" + String(repeating: "a", count: 20_000))
        #expect(line.error == .requestLineTooLong(limitBytes: 16 * 1024))
        let field = ParseTrace("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 70_000))
        #expect(field.error == .headTooLarge(limitBytes: 64 * 1024))
    }

    private static let chunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
}
