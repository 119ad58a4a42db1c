import HTTPTypes
import Testing

@testable import HTTPServer

/// Each limit is answered as it should be and counted under its name.
@Suite("Limits are counted")
struct LimitCountTests {
    @Test("slow heads, bodies, readers and silence")
    func times() {
        var driver = MachineDriver()
        driver.receive("GET / HT")
        driver.wait(.seconds(10))
        #expect(driver.takeSent().hasPrefix("HTTP/1.1 408 ") && driver.limits == [.headTime])
        driver = MachineDriver()
        driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n1")
        driver.wait(.seconds(10))
        #expect(driver.takeSent().hasPrefix("HTTP/1.1 408 ") && driver.limits == [.bodyRate])
        driver = MachineDriver()
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.respond(number: 1)
        driver.wait(.seconds(75))
        #expect(driver.ending == ["close"] && driver.limits == [.idleTime])
        driver = MachineDriver()
        driver.takesOutput = false
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.respond(number: 1)
        driver.wait(.seconds(60))
        #expect(driver.ending == ["reset"] && driver.limits == [.writeTime])
    }

    @Test("heads, fields and bodies that are too large")
    func sizes() {
        let cases: [(request: String, status: Int, limit: ServerLimit)] = [
            ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n", 414, .headBytes),
            ("GET /a HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 70_000))", 431, .headBytes),
            ("GET /a HTTP/1.1\r\nHost: h\r\n" + String(repeating: "X: y\r\n", count: 129), 431, .headFields),
            ("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 413, .bodyBytes),
        ]
        for sample in cases {
            var driver = MachineDriver()
            driver.receive(sample.request)
            #expect(driver.takeSent().hasPrefix("HTTP/1.1 \(sample.status) ") && driver.limits == [sample.limit])
        }
    }

    @Test("a stream whose reader is too slow")
    func stream() {
        var driver = MachineDriver { $0.streamBufferBytesMax = 100 }
        driver.takesOutput = false
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.startStream(number: 1)
        driver.write(String(repeating: "x", count: 100), number: 1)
        #expect(driver.ending == ["reset"] && driver.limits == [.streamBuffer] && driver.gone == [1])
    }

    @Test("a TLS handshake has its own time, and HTTP begins after it")
    func handshake() {
        let settings = ServerSettings()
        func machine() -> ConnectionMachine {
            ConnectionMachine(
                rules: ConnectionRules(settings: settings, router: MachineDriver.router),
                identity: "id",
                peerAddress: "192.0.2.1",
                isSecuring: true,
                now: Moment(time: .zero, date: "D")
            )
        }
        var driver = MachineDriver()
        driver.machine = machine()
        driver.wait(.seconds(10))
        #expect(driver.ending == ["close"] && driver.limits == [.handshakeTime])
        driver = MachineDriver()
        driver.machine = machine()
        driver.wait(.seconds(9))
        driver.machine.secured(at: driver.now)
        driver.wait(.seconds(9))
        driver.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(driver.begun.count == 1 && driver.limits.isEmpty)
        driver = MachineDriver()
        driver.machine = machine()
        driver.drain()
        #expect(driver.ending == ["close"])
    }

    @Test("exchanges are counted by route, method and status, which clients cannot make up")
    func exchanges() {
        var counters = ServerCounters()
        var driver = MachineDriver()
        driver.receive("GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")
        driver.respond(number: 1)
        driver.receive("BREW /made-up HTTP/1.1\r\nHost: h\r\n\r\nGET /made-up HTTP/1.1\r\nHost: h\r\n\r\nbad\r\n")
        for record in driver.records { counters.count(record) }
        let labels = Set(counters.exchanges.keys.map { "\($0.route) \($0.method) \($0.status)" })
        #expect(labels == ["/a GET 200", "none other 501", "none GET 404", "none other 400"])
        #expect(counters.durations.values.reduce(0) { $0 + $1.counts.reduce(0, +) } == 4)
        #expect(counters.requestsEnded == 4)
    }
}
