import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Connection machine")
struct ConnectionMachineTests {
    private static let getA = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let getB = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
    private static func post(_ body: String, extra: String = "") -> String {
        "POST /p HTTP/1.1\r\nHost: h\r\n\(extra)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("a request reaches its handler with everything it carried")
    func request() throws {
        var driver = MachineDriver()
        driver.receive("POST /p?x=1 HTTP/1.1\r\nHost: h:1\r\nX-Request-Id: mine\r\nContent-Length: 3\r\n\r\nabc")
        let request = try #require(driver.begun.first).request
        #expect(request.method == .post && request.path == "/p" && request.query == "x=1" && request.route == "/p")
        #expect(request.body == Array("abc".utf8))
        #expect(request.authority == "h:1" && request.peerAddress == "192.0.2.1" && request.requestID == "mine")
    }

    @Test("a whole response, byte for byte, and the connection stays")
    func response() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.respond("hello", number: 1)
        #expect(
            driver.takeSent()
                == "HTTP/1.1 200 OK\r\nDate: D\r\nServer: actuary\r\nX-Request-Id: id-1\r\nCache-Control: no-store\r\n"
                + "Content-Length: 5\r\n\r\nhello"
        )
        #expect(driver.ending.isEmpty)
        #expect(driver.records.map(\.outcome) == [.completed])
        driver.receive(Self.getB)
        #expect(driver.begun.map(\.number) == [1, 2])
    }

    @Test("pipelined requests are begun one after the other and answered in order")
    func pipelining() {
        var driver = MachineDriver()
        driver.receive(Self.getA + Self.post("body") + Self.getB + "GET /none HTTP/1.1\r\nHost: h\r\n\r\n" + Self.getA)
        #expect(driver.begun.count == 1)
        driver.respond("one", number: 1)
        #expect(driver.begun.count == 2 && driver.begun[1].request.body == Array("body".utf8))
        driver.respond("stale", number: 1)
        driver.respond("early", number: 3)
        driver.respond("two", number: 2)
        driver.respond("three", number: 3)
        #expect(driver.begun.map(\.number) == [1, 2, 3, 5])
        driver.respond("five", number: 5)
        let sent = driver.takeSent()
        #expect(Self.statuses(sent) == [200, 200, 200, 404, 200])
        #expect(!sent.contains("stale") && !sent.contains("early"))
    }

    @Test("an error among pipelined requests is answered in its place and ends the connection")
    func pipelinedError() {
        var driver = MachineDriver()
        driver.receive(Self.getA + "GET /b HTTP/1.1\nHost: h\r\n\r\n" + Self.getB)
        driver.respond(number: 1)
        let sent = driver.takeSent()
        #expect(Self.statuses(sent) == [200, 400])
        #expect(sent.contains("Connection: close\r\n") && sent.contains(#""code":"invalid_line_end""#))
        #expect(driver.begun.count == 1)
        #expect(driver.ending == ["shutdown"])
        driver.receive(Self.getA)
        #expect(driver.begun.count == 1)
        driver.receiveEnd()
        #expect(driver.ending == ["shutdown", "close"])
    }

    @Test("the answers do not depend on how the bytes are cut")
    func splits() {
        let text =
            Self.getA + Self.post("xyz") + "GET /none HTTP/1.1\r\nHost: h\r\n\r\n" + Self.getB + "BAD\r\n\r\n"
            + Self.getA
        func run(_ pieces: [String]) -> String {
            var driver = MachineDriver()
            for piece in pieces {
                driver.receive(piece)
                while let last = driver.begun.last,
                    driver.records.filter({ $0.route != nil }).count < driver.begun.count
                {
                    driver.respond(last.request.path, number: last.number)
                }
            }
            return driver.takeSent()
        }
        let whole = run([text])
        #expect(Self.statuses(whole) == [200, 200, 404, 200, 400])
        for split in 0...text.count {
            #expect(run([String(text.prefix(split)), String(text.dropFirst(split))]) == whole)
        }
        #expect(run(text.unicodeScalars.map { String($0) }) == whole)
    }

    @Test("input is read ahead up to a bound while a response is running")
    func readAhead() {
        var driver = MachineDriver { $0.readAheadBytesMax = 100 }
        driver.receive(Self.getA)
        #expect(driver.machine.wantsInput)
        driver.receive(String(repeating: Self.getB, count: 3))
        #expect(driver.machine.wantsInput)
        driver.receive(Self.getB)
        #expect(!driver.machine.wantsInput)
        for number in 1...5 { driver.respond(number: number) }
        #expect(driver.machine.wantsInput)
        #expect(driver.begun.count == 5)
    }

    @Test("a client that does not read its answers is not given more")
    func unreadOutput() {
        var driver = MachineDriver { $0.readAheadBytesMax = 400 }
        driver.takesOutput = false
        driver.receive(String(repeating: Self.getA, count: 10))
        for number in 1...10 { driver.respond(String(repeating: "x", count: 200), number: number) }
        #expect(driver.begun.count == 2)
        driver.takesOutput = true
        driver.settle()
        #expect(driver.begun.count == 3)
    }

    @Test("HEAD gets the fields of GET and no body, also for errors and streams")
    func head() {
        var driver = MachineDriver()
        driver.receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nHEAD /none HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.respond("12345", number: 1)
        let sent = driver.takeSent()
        #expect(sent.contains("Content-Length: 5\r\n\r\nHTTP/1.1 404"))
        #expect(sent.hasSuffix("\r\n\r\n") && !sent.contains("{"))
        driver.receive("HEAD /b HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.startStream(number: 3)
        driver.write("never", number: 3)
        driver.handle(.finish, number: 3)
        #expect(driver.takeSent().hasSuffix("Transfer-Encoding: chunked\r\n\r\n"))
    }

    @Test("204 and 304 have neither body nor length")
    func noContent() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.respond("dropped", number: 1, status: .noContent)
        let sent = driver.takeSent()
        #expect(sent.hasSuffix("\r\n\r\n") && !sent.contains("Content-Length") && !sent.contains("dropped"))
    }

    @Test("streams are chunked, and an empty piece does not end them")
    func chunkedStream() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.startStream(number: 1)
        driver.write("0123456789abcdef", number: 1)
        driver.write("", number: 1)
        driver.write("x", number: 1)
        driver.handle(.finish, number: 1)
        #expect(driver.takeSent().hasSuffix("\r\n\r\n10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n"))
        #expect(driver.ending.isEmpty)
        #expect(driver.records.first?.bodyBytes == 17)
    }

    @Test("HTTP/1.0 streams end with the connection; whole responses may keep it")
    func http10() {
        var driver = MachineDriver()
        driver.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        driver.respond(number: 1)
        #expect(driver.takeSent().contains("Connection: keep-alive\r\n"))
        driver.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        driver.startStream(number: 2)
        driver.write("text", number: 2)
        driver.handle(.finish, number: 2)
        let sent = driver.takeSent()
        #expect(sent.hasSuffix("Connection: close\r\n\r\ntext") && !sent.contains("chunked"))
        #expect(driver.ending == ["shutdown"])
    }

    @Test("HTTP/1.0 and `Connection: close` end the connection")
    func close() {
        for request in ["GET /a HTTP/1.0\r\n\r\n", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"] {
            var driver = MachineDriver()
            driver.receive(request + Self.getB)
            driver.respond(number: 1)
            #expect(driver.takeSent().contains("Connection: close\r\n"))
            #expect(driver.ending == ["shutdown"])
            #expect(driver.begun.count == 1)
        }
    }

    @Test("100 Continue is sent once the head is accepted, and not when it is refused")
    func expectContinue() {
        var driver = MachineDriver()
        driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
        #expect(driver.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
        driver.receive("ok")
        #expect(driver.begun.count == 1)
        driver.respond(number: 1)
        #expect(Self.statuses(driver.takeSent()) == [200])
        driver.receive("POST /none HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(Self.statuses(driver.takeSent()) == [404])
        #expect(driver.ending == ["shutdown"])
    }

    @Test("a refused expectation and a body over the limit are answered before the body")
    func refusedBody() {
        for (line, status) in [("Expect: magic\r\nContent-Length: 5", 417), ("Content-Length: 99999999", 413)] {
            var driver = MachineDriver()
            driver.receive("POST /p HTTP/1.1\r\nHost: h\r\n\(line)\r\n\r\n")
            #expect(Self.statuses(driver.takeSent()) == [status])
            #expect(driver.ending == ["shutdown"])
        }
    }

    @Test("a body for nobody is dropped, and the connection goes on")
    func unroutedBody() {
        var driver = MachineDriver()
        driver.receive("POST /none HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        #expect(driver.takeSent().isEmpty)
        driver.receive("0\r\n\r\n" + Self.post("xy", extra: "X: y\r\n"))
        #expect(Self.statuses(driver.takeSent()) == [404])
        #expect(driver.begun.first?.request.body == Array("xy".utf8))
    }

    @Test("405 lists methods, OPTIONS answers 204, unknown methods get 501")
    func methods() {
        var driver = MachineDriver()
        driver.receive(
            "DELETE /a HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: h\r\n\r\nBREW /a HTTP/1.1\r\nHost: h\r\n\r\n"
        )
        let sent = driver.takeSent()
        #expect(Self.statuses(sent) == [405, 204, 501])
        #expect(sent.contains("Allow: GET, HEAD, OPTIONS\r\n") && sent.contains("Allow: GET, HEAD, OPTIONS, POST\r\n"))
        #expect(driver.ending.isEmpty)
    }

    @Test(
        "a client's request id is used if it is sane",
        arguments: [
            ("abc-1", "abc-1"), (String(repeating: "x", count: 128), String(repeating: "x", count: 128)),
            (String(repeating: "x", count: 129), "id-1"), ("a b", "id-1"), ("", "id-1"), ("\u{e4}", "id-1"),
            ("a\r\nX-Request-Id: b", "id-1"),
        ]
    )
    func requestID(_ value: String, _ expected: String) {
        var driver = MachineDriver()
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: \(value)\r\n\r\n")
        #expect(driver.begun.first?.request.requestID == expected)
        driver.respond(number: 1)
        #expect(driver.takeSent().contains("X-Request-Id: \(expected)\r\n"))
    }

    @Test("a writer that was lost gives 500, or a reset within a stream")
    func abandoned() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.handle(.abandon, number: 1)
        #expect(Self.statuses(driver.takeSent()) == [500])
        driver.receive(Self.getA)
        driver.startStream(number: 2)
        driver.handle(.abandon, number: 2)
        #expect(driver.ending == ["reset"])
        #expect(driver.records.map(\.outcome) == [.completed, .aborted])
    }

    static func statuses(_ sent: String) -> [Int] {
        sent.components(separatedBy: "HTTP/1.1 ").dropFirst().compactMap { Int($0.prefix(3)) }
    }
}

extension String {
    /// The parts between separators; without Foundation.
    func components(separatedBy separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
