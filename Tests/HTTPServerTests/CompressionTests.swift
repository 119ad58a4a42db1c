import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Compression")
struct CompressionTests {
    private static let text = (0..<400).map { "line \($0 * 7919 % 1000)\n" }.joined()
    private static let zipped = GzipEncoder().encode(Array(text.utf8), end: .finish)

    private static func request(_ body: [UInt8], coding: String = "gzip") -> [UInt8] {
        let head = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    private static func inflate(_ bytes: [UInt8], bytesMax: Int = 1 << 20) throws(HTTPParseError) -> [UInt8] {
        var result: [UInt8] = []
        let inflater = Inflater(.gzip)
        try inflater.decode(bytes.span, into: &result, bytesMax: bytesMax)
        try inflater.finish()
        return result
    }

    @Test("a body comes out the same for every split of its bytes")
    func splits() {
        let bytes = Self.request(Self.zipped)
        let whole = ParseTrace([bytes[...]])
        #expect(whole.requests.first?.body == Array(Self.text.utf8))
        for cut in 0..<bytes.count {
            #expect(ParseTrace([bytes[..<cut], bytes[cut...]]) == whole)
        }
    }

    @Test("members of gzip follow one another")
    func members() throws {
        #expect(try Self.inflate(Self.zipped + Self.zipped) == Array((Self.text + Self.text).utf8))
    }

    @Test("content that is cut, damaged or followed by something else is refused")
    func damaged() {
        for count in [1, 9, 10, 50, Self.zipped.count - 1] {
            #expect(ParseTrace([Self.request(Array(Self.zipped[..<count]))[...]]).error == .malformedContent)
        }
        var damaged = Self.zipped
        damaged[damaged.count - 6] ^= 1
        for bytes in [damaged, Self.zipped + [0], Array("not gzip".utf8)] {
            #expect(ParseTrace([Self.request(bytes)[...]]).error == .malformedContent)
        }
        #expect(ParseTrace([Self.request(Self.zipped, coding: "deflate")[...]]).error == .malformedContent)
    }

    @Test("the limit counts decoded bytes: n may come and not n + 1", arguments: [-1, 0, 1])
    func limit(excess: Int) {
        var limits = WireLimits()
        limits.bodyBytesMax = Self.text.utf8.count - excess
        let trace = ParseTrace([Self.request(Self.zipped)[...]], limits: limits)
        #expect(trace.error == (excess > 0 ? .bodyTooLarge(limitBytes: limits.bodyBytesMax) : nil))
    }

    @Test("a bomb of 1 GiB is refused after the limit, not after unpacking it")
    func bomb() {
        let encoder = GzipEncoder()
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var bomb: [UInt8] = []
        for _ in 0..<64 { bomb += encoder.encode(zeros, end: .flush) }
        var text: [UInt8] = []
        #expect(throws: HTTPParseError.bodyTooLarge(limitBytes: 1000)) {
            try Inflater(.gzip).decode(bomb.span, into: &text, bytesMax: 1000)
        }
        #expect(text.count == 1001)
    }

    @Test(
        "other codings are 415 with what is understood",
        arguments: ["br", "zstd", "gzip, gzip", "deflate, gzip", "compress", "chunked"]
    )
    func unknown(coding: String) {
        var driver = MachineDriver()
        driver.receive(String(decoding: Self.request([65], coding: coding), as: UTF8.self))
        let sent = driver.takeSent()
        #expect(sent.hasPrefix("HTTP/1.1 415 ") && sent.contains("\r\nAccept-Encoding: gzip, deflate\r\n"))
    }

    @Test("identity and no coding are none; a coding without a body is ignored")
    func none() {
        #expect(ParseTrace([Self.request([65], coding: "identity")[...]]).requests.first?.body == [65])
        #expect(ParseTrace("GET / HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\n\r\n").error == nil)
    }

    @Test(
        "what a client accepts",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("*", true), ("deflate, gzip;q=0.5", true), ("", false),
            ("br", false), ("gzip;q=0", false), ("gzip ; q=0.000", false), ("*;q=0", false), ("gzip;q=0, *", false),
            ("identity, gzip;q=0.5", false), ("identity;q=0.2, gzip;q=0.5", true), ("gzip;q=1.5", false),
            ("gzip;q=x", false), ("gzip;q=1e0", false), ("gzip;q=0.0001", false),
        ]
    )
    func accepts(value: String, isAccepted: Bool) {
        #expect(ContentCoding.acceptsGzip([value]) == isAccepted)
    }

    private static func answer(_ body: String, accepting: String, fields: HTTPFields = [:]) throws -> (String, [UInt8])
    {
        var driver = MachineDriver()
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\nAccept-Encoding: \(accepting)\r\n\r\n")
        driver.takesOutput = false
        driver.handle(.respond(.ok, fields, body: Array(body.utf8)), number: 1)
        let sent = driver.machine.output.withUnsafeBytes { Array($0) }
        let end = try #require(sent.firstRange(of: Array("\r\n\r\n".utf8)))
        return (String(decoding: sent[..<end.lowerBound], as: UTF8.self), Array(sent[end.upperBound...]))
    }

    @Test("a response is compressed if the client asks for it and it is worth it")
    func responses() throws {
        var (head, body) = try Self.answer(Self.text, accepting: "gzip")
        #expect(head.contains("Content-Encoding: gzip") && head.contains("Vary: Accept-Encoding"))
        #expect(head.contains("Content-Length: \(body.count)") && body.count < Self.text.utf8.count / 2)
        #expect(try Self.inflate(body) == Array(Self.text.utf8))
        (head, body) = try Self.answer(Self.text, accepting: "br")
        #expect(!head.contains("Content-Encoding") && head.contains("Vary: Accept-Encoding"))
        #expect(body == Array(Self.text.utf8))
        (head, body) = try Self.answer("small", accepting: "gzip")
        #expect(!head.contains("Content-Encoding") && !head.contains("Vary") && body == Array("small".utf8))
        (head, body) = try Self.answer(Self.text, accepting: "gzip", fields: [.contentEncoding: "br"])
        #expect(!head.contains("gzip") && body == Array(Self.text.utf8))
    }

    @Test("each event of a compressed stream can be read as soon as it comes")
    func streams() throws {
        var driver = MachineDriver()
        driver.receive("GET /a HTTP/1.0\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n")
        driver.takesOutput = false
        driver.startStream(number: 1)
        driver.takeOutput(driver.machine.output.count)
        #expect(driver.takeSent().contains("Content-Encoding: gzip"))
        let inflater = Inflater(.gzip)
        var text: [UInt8] = []
        for number in 0..<50 {
            driver.write("data: \(number)\n\n", number: 1)
            let sent = driver.machine.output.withUnsafeBytes { Array($0) }
            driver.takeOutput(sent.count)
            try inflater.decode(sent.span, into: &text, bytesMax: 10_000)
            #expect(String(decoding: text, as: UTF8.self).hasSuffix("data: \(number)\n\n"))
        }
        driver.handle(.finish, number: 1)
        let sent = driver.machine.output.withUnsafeBytes { Array($0) }
        try inflater.decode(sent.span, into: &text, bytesMax: 10_000)
        try inflater.finish()
    }
}
