import HTTPTypes
import Testing

@testable import HTTPServer

/// Requests that two servers could read differently; each must be refused, and for the right reason.
@Suite("Request smuggling")
struct SmugglingTests {
    struct Case: CustomTestStringConvertible {
        let text: String
        let error: HTTPParseError
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ error: HTTPParseError) {
            self.text = text
            self.error = error
        }
    }

    private static func fields(_ lines: String, _ error: HTTPParseError, version: String = "1.1") -> Case {
        Case("POST / HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n\r\n0\r\n\r\n", error)
    }

    private static func chunks(_ body: String, _ error: HTTPParseError) -> Case {
        Case("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body, error)
    }

    private static func line(_ line: String, _ error: HTTPParseError) -> Case {
        Case(line + "\r\nHost: a\r\n\r\n", error)
    }

    static let framingCases: [Case] = [
        fields("Content-Length: 5\r\nContent-Length: 6", .repeatedContentLength),
        fields("Content-Length: 5\r\nContent-Length: 5", .repeatedContentLength),
        fields("Content-Length: 5, 5", .repeatedContentLength),
        fields("Content-Length: 5,6", .repeatedContentLength),
        fields("Content-Length: +5", .malformedContentLength),
        fields("Content-Length: -5", .malformedContentLength),
        fields("Content-Length: 5 5", .malformedContentLength),
        fields("Content-Length: 0x5", .malformedContentLength),
        fields("Content-Length: 5.0", .malformedContentLength),
        fields("Content-Length: 5e1", .malformedContentLength),
        fields("Content-Length: \"5\"", .malformedContentLength),
        fields("Content-Length:", .malformedContentLength),
        fields("Content-Length: \u{0665}", .malformedContentLength),
        fields("Content-Length: 99999999999999999999999", .bodyTooLarge(limitBytes: 33_554_432)),
        fields("Content-Length: 18446744073709551617", .bodyTooLarge(limitBytes: 33_554_432)),
        fields("Content-Length : 5", .malformedFieldName),
        fields("Content-Length\t: 5", .malformedFieldName),
        fields(" Content-Length: 5", .obsoleteLineFolding),
        fields("X: y\r\n Content-Length: 5", .obsoleteLineFolding),
        fields("X: y\r\n\tfolded", .obsoleteLineFolding),
        fields("X: y\r\n ", .obsoleteLineFolding),
        fields("Content-Length: 5\r\nTransfer-Encoding: chunked", .conflictingFraming),
        fields("Transfer-Encoding: chunked\r\nContent-Length: 5", .conflictingFraming),
        fields("Content-Length: 0\r\nTransfer-Encoding: identity", .conflictingFraming),
        fields("Transfer-Encoding: chunked", .transferEncodingBeforeHTTP11, version: "1.0"),
        fields("Transfer-Encoding: identity", .malformedTransferEncoding),
        fields("Transfer-Encoding: gzip", .malformedTransferEncoding),
        fields("Transfer-Encoding: xchunked", .malformedTransferEncoding),
        fields("Transfer-Encoding: chunkedx", .malformedTransferEncoding),
        fields("Transfer-Encoding: \u{0b}chunked", .controlByte(0x0B)),
        fields("Transfer-Encoding: \"chunked\"", .malformedTransferEncoding),
        fields("Transfer-Encoding: chunked;q=1", .malformedTransferEncoding),
        fields("Transfer-Encoding: chunked, identity", .malformedTransferEncoding),
        fields("Transfer-Encoding: chunked, chunked", .malformedTransferEncoding),
        fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .malformedTransferEncoding),
        fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", .malformedTransferEncoding),
        fields("Transfer-Encoding: , chunked", .malformedTransferEncoding),
        fields("Transfer-Encoding:", .malformedTransferEncoding),
        fields("Transfer-Encoding: gzip, chunked", .unknownTransferCoding),
        fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .unknownTransferCoding),
        fields("Transfer-Encoding : chunked", .malformedFieldName),
        fields("Transfer\u{0}-Encoding: chunked", .controlByte(0)),
        fields("Expect: 200-ok", .unknownExpectation),
        fields("Expect: 100-continue, x", .unknownExpectation),
    ]

    static let linesCases: [Case] = [
        Case("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed),
        Case("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
        Case("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
        Case("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .bareCarriageReturn),
        Case("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", .bareCarriageReturn),
        Case("GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", .controlByte(0)),
        Case("GET / HTTP/1.1\r\nHost: a\r\nX: \u{7F}\r\n\r\n", .controlByte(0x7F)),
        Case("\u{16}\u{3}\u{1}\u{2}", .controlByte(0x16)),
        Case("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .malformedFieldName),
        Case("GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", .malformedFieldName),
        Case("GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n", .malformedFieldName),
        Case("GET / HTTP/1.1\r\nHost: a\r\nÜ: b\r\n\r\n", .malformedFieldName),
        Case("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", .missingColon),
        Case("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .obsoleteLineFolding),
        Case("GET / HTTP/1.1\r\n\r\n", .missingHost),
        Case("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
        Case("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost),
        Case("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .malformedHost),
        Case("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformedHost),
        Case("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .malformedHost),
        Case("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .malformedHost),
        Case("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .malformedHost),
        Case("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .malformedHost),
        Case("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", .malformedHost),
    ]

    static let requestLinesCases: [Case] = [
        line("GET /", .malformedRequestLine),
        line("GET  / HTTP/1.1", .malformedRequestLine),
        line("GET /  HTTP/1.1", .malformedRequestLine),
        line("GET / HTTP/1.1 ", .malformedRequestLine),
        line(" GET / HTTP/1.1", .malformedRequestLine),
        line("GET\t/ HTTP/1.1", .malformedRequestLine),
        line("GET /a b HTTP/1.1", .malformedRequestLine),
        line("G(T / HTTP/1.1", .malformedRequestLine),
        line("GET / http/1.1", .malformedRequestLine),
        line("GET / HTTP/1", .malformedRequestLine),
        line("GET / HTTP/1.1x", .malformedRequestLine),
        line("GET / HTTP/11.1", .malformedRequestLine),
        line("GET / HTTP/1,1", .malformedRequestLine),
        line("GET / HTTPS/1.1", .malformedRequestLine),
        line("PRI * HTTP/2.0", .unsupportedVersion),
        line("GET / HTTP/2.0", .unsupportedVersion),
        line("GET / HTTP/0.9", .unsupportedVersion),
        line("GET / HTTP/3.0", .unsupportedVersion),
        line("GET * HTTP/1.1", .malformedTarget),
        line("GET path HTTP/1.1", .malformedTarget),
        line("GET example.org:80 HTTP/1.1", .malformedTarget),
        line("GET ftp://a/ HTTP/1.1", .malformedTarget),
        line("GET http:///x HTTP/1.1", .malformedTarget),
        line("GET http://u:p@a/ HTTP/1.1", .malformedTarget),
        line("GET /#f HTTP/1.1", .malformedTarget),
        line("GET /a?b#c HTTP/1.1", .malformedTarget),
        line("GET /% HTTP/1.1", .malformedTarget),
        line("GET /%4 HTTP/1.1", .malformedTarget),
        line("GET /%zz HTTP/1.1", .malformedTarget),
        line("GET /%00 HTTP/1.1", .malformedTarget),
        line("GET /%0d%0a HTTP/1.1", .malformedTarget),
        line("GET /%ff HTTP/1.1", .malformedTarget),
        line("GET /\u{e4} HTTP/1.1", .malformedTarget),
        line("GET /<x> HTTP/1.1", .malformedTarget),
        line("GET /\\ HTTP/1.1", .malformedTarget),
        line("CONNECT / HTTP/1.1\r\nHost: a\r\nHost: a", .repeatedHost),
        Case("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
    ]

    static let chunkBodiesCases: [Case] = [
        chunks("\r\n", .malformedChunkSize),
        chunks("x\r\n", .malformedChunkSize),
        chunks("0x1\r\na\r\n0\r\n\r\n", .malformedChunkSize),
        chunks("+1\r\na\r\n0\r\n\r\n", .malformedChunkSize),
        chunks("-1\r\na\r\n0\r\n\r\n", .malformedChunkSize),
        chunks(" 1\r\na\r\n0\r\n\r\n", .malformedChunkSize),
        chunks("1 \r\na\r\n0\r\n\r\n", .malformedChunkSize),
        chunks("1 ;x\r\na\r\n0\r\n\r\n", .malformedChunkSize),
        chunks("1_0\r\n", .malformedChunkSize),
        chunks(";x\r\n", .malformedChunkSize),
        chunks("1\na\r\n", .bareLineFeed),
        chunks("1\ra", .bareCarriageReturn),
        chunks("1;a\u{0}\r\n", .controlByte(0)),
        chunks("1;a\nb\r\n", .bareLineFeed),
        chunks("1\r\nab\r\n", .malformedChunkEnd),
        chunks("1\r\na\n", .malformedChunkEnd),
        chunks("1\r\na\r1", .malformedChunkEnd),
        chunks("ffffffffffffffff\r\n", .bodyTooLarge(limitBytes: 33_554_432)),
        chunks("10000000000000001\r\na\r\n0\r\n\r\n", .bodyTooLarge(limitBytes: 33_554_432)),
        chunks("0\r\nbad\r\n\r\n", .missingColon),
        chunks("0\r\n A: b\r\n\r\n", .obsoleteLineFolding),
        chunks("0\r\nA : b\r\n\r\n", .malformedFieldName),
        chunks("0\r\n\n", .bareLineFeed),
    ]

    @Test("doubtful framing is refused", arguments: framingCases)
    func framing(_ sample: Case) {
        #expect(ParseTrace(sample.text).error == sample.error)
    }

    @Test("doubtful lines are refused", arguments: linesCases)
    func lines(_ sample: Case) {
        #expect(ParseTrace(sample.text).error == sample.error)
    }

    @Test("doubtful request lines are refused", arguments: requestLinesCases)
    func requestLines(_ sample: Case) {
        #expect(ParseTrace(sample.text).error == sample.error)
    }

    @Test("doubtful chunks are refused", arguments: chunkBodiesCases)
    func chunkBodies(_ sample: Case) {
        #expect(ParseTrace(sample.text).error == sample.error)
    }

    @Test(
        "what looks odd but is valid is accepted",
        arguments: [
            fields("Content-Length: 0005", .missingHost).text,
            fields("Transfer-Encoding: CHUNKED \t", .missingHost).text,
            "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n\r\n",
            "GET HTTP://a.b:1/x?y HTTP/1.1\r\nHost: other\r\n\r\n",
            "GET https://a?y HTTP/1.1\r\nHost: a\r\n\r\n",
            "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a;b=c,d/@:!$&'()*+~?{}|^`\\[]=/? HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \u{e4}\r\n\r\n",
            "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
        ]
    )
    func accepted(_ text: String) {
        let trace = ParseTrace(text)
        #expect(trace.error == nil)
        #expect(trace.requests.count == 1)
    }

    @Test("every error has a 4xx or 5xx status, a code and a sentence")
    func answers() {
        for sample in Self.framingCases + Self.linesCases + Self.requestLinesCases + Self.chunkBodiesCases {
            #expect((400..<600).contains(sample.error.status.code))
            #expect(!sample.error.code.isEmpty)
            #expect(sample.error.message.hasSuffix("."))
        }
        #expect(HTTPParseError.bodyTooLarge(limitBytes: 1).status.code == 413)
        #expect(HTTPParseError.requestLineTooLong(limitBytes: 1).status.code == 414)
        #expect(HTTPParseError.headTooLarge(limitBytes: 1).status.code == 431)
        #expect(HTTPParseError.unknownExpectation.status.code == 417)
        #expect(HTTPParseError.unknownTransferCoding.status.code == 501)
        #expect(HTTPParseError.unsupportedVersion.status.code == 505)
        #expect(HTTPParseError.conflictingFraming.status.code == 400)
    }
}
