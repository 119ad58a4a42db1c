import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Request parser")
struct RequestParserTests {
    @Test(
        "every split point and byte-at-a-time give what the whole gives",
        arguments: WireSamples.all + WireSamples.broken
    )
    func splitInvariance(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = ParseTrace([bytes[...]])
        for split in 0...bytes.count {
            var pieces = ParseTrace([bytes[..<split], bytes[split...]])
            pieces.takenBytes = whole.takenBytes
            #expect(pieces == whole, "split at \(split)")
        }
        var single = ParseTrace(bytes.indices.map { bytes[$0...$0] })
        single.takenBytes = whole.takenBytes
        #expect(single == whole)
    }

    @Test("every pair of split points of a chunked request gives what the whole gives")
    func doubleSplits() {
        let bytes = Array(WireSamples.chunked.utf8)
        let whole = ParseTrace([bytes[...]])
        for first in stride(from: 0, through: bytes.count, by: 3) {
            for second in first...bytes.count {
                #expect(
                    ParseTrace([bytes[..<first], bytes[first..<second], bytes[second...]]).requests == whole.requests
                )
            }
        }
    }

    @Test("a sequence of requests is taken apart with bodies and fields")
    func sequence() throws {
        let trace = ParseTrace(WireSamples.post + WireSamples.chunked + WireSamples.get)
        try #require(trace.error == nil && trace.requests.count == 3)
        #expect(trace.requests[0].body == Array("{\"n\": 1234}".utf8))
        #expect(trace.requests[0].head.framing == .length(11))
        #expect(trace.requests[1].body == Array("Wikipedia\r\nin ".utf8))
        #expect(trace.requests[1].head.expectsContinue)
        #expect(trace.requests[2].head.method == .get)
        #expect(trace.requests[2].head.target.path == "/v1/models/a%2Fb")
        #expect(trace.requests[2].head.target.query == "x=1")
        #expect(trace.requests[2].head.fields[.accept] == "*/*")
        #expect(!trace.isInsideRequest)
    }

    @Test("HTTP/1.0 closes by default and keeps alive when asked")
    func persistence() throws {
        func isPersistent(_ text: String) throws -> Bool {
            try #require(ParseTrace(text).requests.first).head.isPersistent
        }
        #expect(try isPersistent("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(try !isPersistent("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, CLOSE\r\n\r\n"))
        #expect(try !isPersistent("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"))
        #expect(try !isPersistent("GET / HTTP/1.0\r\n\r\n"))
        #expect(try isPersistent("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"))
        #expect(try isPersistent("GET / HTTP/1.9\r\nHost: a\r\n\r\n"))
    }

    @Test("an expectation in HTTP/1.0 is ignored")
    func oldExpectation() throws {
        let text = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
        #expect(try #require(ParseTrace(text).requests.first).head.expectsContinue == false)
    }

    @Test("values are trimmed of blanks at both ends only")
    func trimming() throws {
        let trace = ParseTrace("GET / HTTP/1.1\r\nHost: a\r\nX-A:  \t b  c\t \r\nX-B:\r\n\r\n")
        let fields = try #require(trace.requests.first).head.fields
        #expect(fields.map(\.value) == ["a", "b  c", ""])
    }

    @Test("after an error the parser only repeats it")
    func poisoned() {
        var parser = RequestParser(limits: WireLimits())
        let bad = Array("GET /\r\n".utf8)
        let good = Array(WireSamples.get.utf8)
        var index = 0
        #expect(throws: HTTPParseError.malformedRequestLine) { _ = try parser.next(bad.span, from: &index) }
        index = 0
        #expect(throws: HTTPParseError.malformedRequestLine) { _ = try parser.next(good.span, from: &index) }
        #expect(index == 0)
    }

    @Test("a body that does not matter is counted and dropped")
    func discarding() throws {
        var parser = RequestParser(limits: WireLimits())
        let bytes = Array(WireSamples.post.utf8)
        var index = 0
        guard case .head = try parser.next(bytes.span, from: &index) else {
            Issue.record("no head")
            return
        }
        parser.discardBody()
        #expect(try parser.next(bytes.span, from: &index) == .complete)
        #expect(parser.bodyBytesReceived == 11)
        #expect(parser.takeBody().isEmpty)
    }

    @Test("a long head that comes byte by byte costs one pass")
    func noQuadraticCost() {
        // A scanner that started over with each byte would look at 2·10^9 bytes here and miss the time limit.
        let text = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 60_000))\r\n\r\n"
        let bytes = Array(text.utf8)
        #expect(ParseTrace(bytes.indices.map { bytes[$0...$0] }).requests.count == 1)
    }
}
