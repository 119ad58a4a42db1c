import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Encoders")
struct EncoderTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("events have one data line per line of text")
    func events() {
        #expect(text(EventStream.event("a")) == "data: a\n\n")
        #expect(text(EventStream.event("")) == "data: \n\n")
        #expect(text(EventStream.event("a\nb", name: "error")) == "event: error\ndata: a\ndata: b\n\n")
        #expect(text(EventStream.event("a\r\nb\rc\n")) == "data: a\ndata: b\ndata: c\ndata: \n\n")
        #expect(text(EventStream.event("\n\n")) == "data: \ndata: \ndata: \n\n")
        #expect(text(EventStream.event(" x: y")) == "data:  x: y\n\n")
    }

    @Test("comments cannot become events")
    func comments() {
        #expect(text(EventStream.heartbeat) == ":\n\n")
        #expect(text(EventStream.comment("still here")) == ": still here\n\n")
        #expect(text(EventStream.comment("a\ndata: b")) == ": a\n: data: b\n\n")
    }

    @Test("error bodies have all four keys and escape what they must")
    func errors() {
        #expect(
            text(ErrorBody.json(message: "a \"b\"\\\n\u{1}ä", status: 400))
                == #"{"error":{"message":"a \"b\"\\\u000a\u0001ä","type":"invalid_request_error","param":null,"code":null}}"#
        )
        #expect(
            text(ErrorBody.json(message: "m", status: 503, param: "p", code: "c"))
                == #"{"error":{"message":"m","type":"server_error","param":"p","code":"c"}}"#
        )
        #expect(text(ErrorBody.json(message: "m", status: 429)).contains(#""type":"rate_limit_error""#))
    }

    @Test(
        "dates, leap days included",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ]
    )
    func dates(_ seconds: Int, _ expected: String) {
        #expect(HTTPDate.format(secondsSinceEpoch: seconds) == expected)
    }

    @Test("a handler cannot break the framing or inject lines")
    func responseHead() throws {
        var bytes: [UInt8] = []
        let odd = try #require(HTTPField.Name("X-Odd"))
        ResponseHead(
            status: .ok,
            fields: [
                .contentLength: "99", .connection: "upgrade", .date: "never", .server: "other",
                odd: "a\r\nSet-Cookie: b", .contentType: "text/plain",
            ],
            framing: .length(3),
            persistence: .close,
            date: "now",
            requestID: "id"
        ).encode(into: &bytes)
        #expect(
            text(bytes)
                == "HTTP/1.1 200 OK\r\nDate: now\r\nServer: actuary\r\nX-Request-Id: id\r\nX-Odd: a  Set-Cookie: b\r\n"
                + "Content-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
        )
    }

    @Test("query items are decoded as forms are")
    func query() {
        var request = ServerRequest(method: .get, path: "/")
        #expect(request.queryItems.isEmpty)
        request.query = "a=1&b&&c=x+y%20z%C3%A4&=e&f=%zz=g"
        let expected: [(String, String?)] = [("a", "1"), ("b", nil), ("c", "x y zä"), ("", "e"), ("f", "%zz=g")]
        #expect(request.queryItems == expected.map { ServerRequest.QueryItem(name: $0.0, value: $0.1) })
    }

    @Test("deadlines come out in order, whatever the order they went in")
    func deadlines() {
        var random = SeededGenerator(seed: 7)
        var queue = DeadlineQueue()
        var times = (0..<500).map { _ in Duration.milliseconds(Int.random(in: 0...300, using: &random)) }
        for (index, time) in times.enumerated() { queue.insert(.init(time: time, id: UInt64(index))) }
        times.sort()
        #expect(queue.earliest == times.first)
        var drained: [Duration] = []
        while let entry = queue.removeDue(at: .milliseconds(200)) { drained.append(entry.time) }
        #expect(drained == times.filter { $0 <= .milliseconds(200) })
        #expect(queue.earliest == times.first { $0 > .milliseconds(200) })
    }

    @Test("output keeps its order through partial writes and gives large memory back")
    func outputBuffer() {
        var random = SeededGenerator(seed: 3)
        var buffer = OutputBuffer()
        var expected: [UInt8] = []
        var taken: [UInt8] = []
        for step in 0..<400 {
            let piece = [UInt8](
                repeating: UInt8(truncatingIfNeeded: step),
                count: Int.random(in: 0...2000, using: &random)
            )
            buffer.append(piece)
            expected += piece
            let count = Int.random(in: 0...buffer.count, using: &random)
            buffer.withUnsafeBytes { taken += $0.prefix(count) }
            buffer.consume(count)
        }
        buffer.withUnsafeBytes { taken += $0 }
        #expect(taken == expected)
    }
}
