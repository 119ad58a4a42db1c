import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Connection machine: time, limits and ends")
struct MachineTimeTests {
    private static let getA = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    private func statuses(_ sent: String) -> [Int] { ConnectionMachineTests.statuses(sent) }

    @Test("a head that stays incomplete for 10 s gets 408; one byte less of time is fine")
    func headTimeout() {
        var driver = MachineDriver()
        driver.receive("GET /a HT")
        driver.wait(.milliseconds(9999))
        #expect(driver.ending.isEmpty)
        driver.wait(.milliseconds(1))
        #expect(statuses(driver.takeSent()) == [408])
        #expect(driver.ending == ["shutdown"])
    }

    @Test("dribbling bytes does not extend the time for a head")
    func slowHead() {
        var driver = MachineDriver()
        for byte in "GET /a HTTP/1.1\r\nX: " {
            driver.receive(String(byte))
            driver.wait(.seconds(1))
        }
        #expect(statuses(driver.takeSent()) == [408])
    }

    @Test("a new connection that says nothing is closed silently, and so is an idle one")
    func idle() {
        var driver = MachineDriver()
        driver.wait(.seconds(10))
        #expect(driver.takeSent().isEmpty && driver.ending == ["close"])
        driver = MachineDriver()
        driver.receive(Self.getA)
        driver.wait(.seconds(1000))
        driver.respond(number: 1)
        _ = driver.takeSent()
        driver.receive("\r\n")
        driver.wait(.milliseconds(74_999))
        #expect(driver.ending.isEmpty)
        driver.wait(.milliseconds(1))
        #expect(driver.takeSent().isEmpty && driver.ending == ["close"])
    }

    @Test("the idle time begins when the response has been taken")
    func idleAfterSlowReader() {
        var driver = MachineDriver { $0.writeTimeout = .seconds(100) }
        driver.takesOutput = false
        driver.receive(Self.getA)
        driver.respond(number: 1)
        driver.wait(.seconds(80))
        #expect(driver.ending.isEmpty)
        driver.takesOutput = true
        driver.settle()
        driver.wait(.seconds(74))
        #expect(driver.ending.isEmpty)
        driver.wait(.seconds(1))
        #expect(driver.ending == ["close"])
    }

    @Test("a body needs 1 KiB/s in each window, whatever came before")
    func bodyRate() {
        var driver = MachineDriver()
        driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        driver.receive(String(repeating: "x", count: 500_000))
        driver.wait(.seconds(10))
        for _ in 0..<10 {
            driver.receive(String(repeating: "x", count: 1024))
            driver.wait(.seconds(1))
        }
        #expect(driver.takeSent().isEmpty)
        driver.receive(String(repeating: "x", count: 10_239))
        driver.wait(.seconds(10))
        #expect(statuses(driver.takeSent()) == [408])
        #expect(driver.begun.isEmpty && driver.gone.isEmpty)
    }

    @Test("a client that takes nothing for 60 s is reset; each byte taken starts anew")
    func writeTimeout() {
        var driver = MachineDriver()
        driver.takesOutput = false
        driver.receive(Self.getA)
        driver.startStream(number: 1)
        driver.wait(.seconds(59))
        driver.takeOutput(1)
        driver.wait(.seconds(59))
        driver.write("more", number: 1)
        #expect(driver.ending.isEmpty)
        driver.wait(.seconds(1))
        #expect(driver.ending == ["reset"] && driver.gone == [1])
        #expect(driver.records.map(\.outcome) == [.clientGone])
    }

    @Test("a stream may have n bytes waiting and not n + 1")
    func streamBuffer() {
        var driver = MachineDriver { $0.streamBufferBytesMax = 1000 }
        driver.takesOutput = false
        driver.receive(Self.getA)
        driver.startStream(number: 1)
        let room = 1000 - driver.machine.output.count
        driver.write(String(repeating: "x", count: room), number: 1)
        #expect(driver.ending.isEmpty)
        driver.write("y", number: 1)
        #expect(driver.ending == ["reset"] && driver.gone == [1])
    }

    @Test("a silent stream sends its heartbeat, a busy or full one does not")
    func heartbeat() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.startStream(number: 1, heartbeat: .eventStream)
        _ = driver.takeSent()
        driver.wait(.seconds(14))
        driver.write("x", number: 1)
        driver.wait(.seconds(14))
        #expect(driver.takeSent() == "1\r\nx\r\n")
        driver.wait(.seconds(1))
        #expect(driver.takeSent() == "3\r\n:\n\n\r\n")
        driver.wait(.seconds(30))
        #expect(driver.takeSent() == "3\r\n:\n\n\r\n3\r\n:\n\n\r\n")
        driver.takesOutput = false
        driver.write("y", number: 1)
        driver.wait(.seconds(40))
        #expect(driver.machine.output.count == 6)
    }

    @Test("after the last response input is dropped until the client closes, within bounds")
    func linger() {
        func refused(_ change: (inout ServerSettings) -> Void = { _ in }) -> MachineDriver {
            var driver = MachineDriver(change)
            driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\nabc")
            return driver
        }
        var driver = refused()
        driver.wait(.seconds(4))
        driver.receive(String(repeating: "x", count: 100_000))
        driver.wait(.seconds(4))
        #expect(driver.ending == ["shutdown"])
        driver.receiveEnd()
        #expect(driver.ending == ["shutdown", "close"])
        driver = refused()
        driver.wait(.seconds(5))
        #expect(driver.ending == ["shutdown", "close"])
        driver = refused()
        for _ in 0..<30 {
            driver.receive("x")
            driver.wait(.seconds(1))
        }
        #expect(driver.ending == ["shutdown", "close"])
        driver = refused { $0.lingerBytesMax = 100 }
        driver.receive(String(repeating: "x", count: 97))
        #expect(driver.ending == ["shutdown"])
        driver.receive("x")
        #expect(driver.ending == ["shutdown", "close"])
    }

    @Test("an error is only followed by the shutdown once it has been written")
    func lingerAfterWrite() {
        var driver = MachineDriver()
        driver.takesOutput = false
        driver.receive("BAD\r\n\r\n")
        #expect(driver.ending.isEmpty && driver.machine.wantsInput)
        driver.takesOutput = true
        driver.settle()
        #expect(driver.ending == ["shutdown"])
    }

    // MARK: - FIN

    @Test("a client that closed its sending side gets its answers, then the end")
    func halfClose() {
        var driver = MachineDriver()
        driver.receive(Self.getA + Self.getA)
        driver.receiveEnd()
        driver.respond("one", number: 1)
        driver.respond("two", number: 2)
        let sent = driver.takeSent()
        #expect(statuses(sent) == [200, 200])
        #expect(sent.components(separatedBy: "Connection: close").count == 2)
        #expect(driver.gone.isEmpty && driver.ending == ["close"])
    }

    @Test("a FIN leads to a probe that a living client ignores, and a reset then ends the request")
    func probe() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.receiveEnd()
        driver.wait(.milliseconds(19))
        #expect(driver.takeSent().isEmpty)
        driver.wait(.milliseconds(1))
        #expect(driver.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
        driver.wait(.seconds(100))
        #expect(driver.takeSent().isEmpty && driver.gone.isEmpty)
        driver.fail()
        #expect(driver.gone == [1] && driver.ending == ["close"])
        #expect(driver.records.map(\.outcome) == [.clientGone])
    }

    @Test("requests that begin after the FIN are probed too")
    func probePipelined() {
        var driver = MachineDriver()
        driver.receive(Self.getA + Self.getA)
        driver.receiveEnd()
        driver.respond(number: 1)
        _ = driver.takeSent()
        driver.wait(.milliseconds(20))
        #expect(driver.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
        driver.fail()
        #expect(driver.gone == [2])
    }

    @Test("within a stream the heartbeat is the probe")
    func probeStream() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.startStream(number: 1, heartbeat: .eventStream)
        _ = driver.takeSent()
        driver.receiveEnd()
        driver.wait(.milliseconds(20))
        #expect(driver.takeSent() == "3\r\n:\n\n\r\n")
        driver.write("x", number: 1)
        driver.handle(.finish, number: 1)
        #expect(driver.takeSent() == "1\r\nx\r\n0\r\n\r\n")
        #expect(driver.gone.isEmpty && driver.ending == ["close"])
    }

    @Test("an HTTP/1.0 client that sent a FIN is given up after a while, unless its response has begun")
    func probeHTTP10() {
        var driver = MachineDriver()
        driver.receive("GET /a HTTP/1.0\r\n\r\n")
        driver.receiveEnd()
        driver.wait(.seconds(10))
        #expect(driver.takeSent().isEmpty && driver.gone.isEmpty)
        driver.wait(.milliseconds(20))
        #expect(driver.gone == [1] && driver.ending == ["reset"])
        driver = MachineDriver()
        driver.receive("GET /a HTTP/1.0\r\n\r\n")
        driver.receiveEnd()
        driver.startStream(number: 1)
        driver.wait(.seconds(50))
        #expect(driver.gone.isEmpty)
    }

    @Test("a FIN behind input that is not read is probed as well, once")
    func probeUnread() {
        var driver = MachineDriver { $0.readAheadBytesMax = 10 }
        driver.receive(Self.getA + Self.getA)
        #expect(!driver.machine.wantsInput)
        for _ in 0..<3 { driver.machine.peerStoppedSending(at: driver.now) }
        driver.wait(.seconds(1))
        #expect(driver.takeSent() == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test(
        "an incomplete request followed by a FIN gets no answer",
        arguments: [
            "GET /a HT", "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab",
        ]
    )
    func incomplete(_ text: String) {
        var driver = MachineDriver()
        driver.receive(text)
        driver.receiveEnd()
        #expect(driver.takeSent().isEmpty && driver.ending == ["close"] && driver.gone.isEmpty)
    }

    // MARK: - Drain

    @Test("a drain closes idle connections, finishes requests and begins no other")
    func drain() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.respond(number: 1)
        driver.drain()
        #expect(driver.ending == ["close"])
        driver = MachineDriver()
        driver.receive(Self.getA + Self.getA)
        driver.drain()
        #expect(driver.ending.isEmpty)
        driver.respond(number: 1)
        #expect(driver.takeSent().contains("Connection: close\r\n"))
        #expect(driver.ending == ["shutdown"] && driver.begun.count == 1)
        driver = MachineDriver()
        driver.receive(Self.getA)
        driver.startStream(number: 1)
        driver.drain()
        driver.write("x", number: 1)
        driver.handle(.finish, number: 1)
        #expect(driver.takeSent().hasSuffix("0\r\n\r\n") && driver.ending == ["shutdown"])
    }

    @Test("a new connection gets a moment for its first request when a drain begins")
    func drainOfNewConnections() {
        var driver = MachineDriver()
        driver.drain()
        driver.wait(.milliseconds(499))
        #expect(driver.ending.isEmpty)
        driver.wait(.milliseconds(1))
        #expect(driver.ending == ["close"] && driver.limits.isEmpty)
        driver = MachineDriver()
        driver.drain()
        driver.receive(Self.getA)
        driver.respond(number: 1)
        #expect(driver.takeSent().contains("Connection: close\r\n") && driver.ending == ["shutdown"])
    }

    @Test("a request that has begun to arrive is still answered during a drain")
    func drainWithinHead() {
        var driver = MachineDriver()
        driver.receive("GET /a HTTP/1.1\r\n")
        driver.drain()
        driver.receive("Host: h\r\n\r\n")
        driver.respond(number: 1)
        #expect(statuses(driver.takeSent()) == [200] && driver.ending == ["shutdown"])
    }

    @Test("at the end of a drain what is left is reset and handlers are told")
    func terminate() {
        var driver = MachineDriver()
        driver.receive(Self.getA)
        driver.machine.terminate(at: driver.now)
        driver.settle()
        #expect(driver.gone == [1] && driver.ending == ["reset"] && driver.records.map(\.outcome) == [.aborted])
        driver.respond(number: 1)
        #expect(driver.takeSent().isEmpty && driver.machine.deadline == nil)
    }

    @Test("a refused connection gets its error and no request is read")
    func refuse() {
        var driver = MachineDriver()
        driver.machine.refuse(status: .tooManyRequests, message: "No.", code: "too_many_connections", at: driver.now)
        driver.settle()
        driver.receive(Self.getA)
        let sent = driver.takeSent()
        #expect(statuses(sent) == [429] && sent.contains("Retry-After: 1\r\n") && sent.contains("Connection: close"))
        #expect(driver.begun.isEmpty && driver.ending == ["shutdown"])
    }

    @Test("random events never leave a handler without an end or a closed machine with work", arguments: 0..<4)
    func simulation(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<300 {
            var driver = MachineDriver { $0.readAheadBytesMax = 200 }
            for _ in 0..<40 { Self.step(&driver, &random) }
            driver.machine.terminate(at: driver.now)
            driver.settle()
            #expect(driver.machine.isClosed && driver.machine.output.isEmpty && driver.machine.deadline == nil)
            #expect(!driver.machine.wantsInput)
            // Every request that a handler got has exactly one record, and the socket is ended exactly once.
            #expect(
                driver.records.filter { $0.route != nil && $0.outcome != .rejected(code: "request_timeout") }.count
                    >= driver.begun.count
            )
            #expect(driver.ending.filter { $0 != "shutdown" }.count == 1)
        }
    }

    @Test("the handler of a stream hears when its reader falls behind and when it has caught up")
    func pacing() {
        var driver = MachineDriver { $0.streamBufferBytesMax = 16_000 }
        driver.receive(Self.getA)
        driver.startStream(number: 1)
        driver.takesOutput = false
        let piece = String(repeating: "x", count: 495)
        driver.write(piece, number: 1)
        #expect(driver.behind.isEmpty)
        // The frame of a chunk counts too.
        driver.write(piece, number: 1)
        #expect(driver.behind == [true] && driver.machine.output.count == 1004)
        driver.write(piece, number: 1)
        #expect(driver.behind == [true])
        driver.takeOutput(driver.machine.output.count - 501)
        #expect(driver.behind == [true])
        driver.takeOutput(1)
        #expect(driver.behind == [true, false] && driver.limits.isEmpty)
        driver.takesOutput = true
        driver.handle(.finish, number: 1)
        #expect(driver.records.map(\.outcome) == [.completed] && driver.behind == [true, false])
    }

    @Test("a reader that takes a little now and then, but does not catch up, is reset")
    func dripping() {
        var driver = MachineDriver { $0.streamBufferBytesMax = 16_000 }
        driver.receive(Self.getA)
        driver.startStream(number: 1)
        driver.takesOutput = false
        driver.write(String(repeating: "x", count: 3000), number: 1)
        for _ in 0..<5 {
            driver.wait(.seconds(11))
            driver.takeOutput(1)
        }
        #expect(driver.ending.isEmpty)
        driver.wait(.seconds(5))
        #expect(driver.ending == ["reset"] && driver.limits == [.writeTime] && driver.gone == [1])
    }

    private static func step(_ driver: inout MachineDriver, _ random: inout SeededGenerator) {
        let number = driver.begun.last?.number ?? 1
        switch Int.random(in: 0..<14, using: &random) {
        case 0...2: driver.receive(getA)
        case 3: driver.receive("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab")
        case 4: driver.receive("cd")
        case 5: driver.respond(number: number)
        case 6: driver.startStream(number: number, heartbeat: .eventStream)
        case 7: driver.write("piece", number: number)
        case 8: driver.handle(.finish, number: number)
        case 9: driver.wait(.seconds(Int.random(in: 0...12, using: &random)))
        case 10: driver.takesOutput.toggle()
        case 11 where Bool.random(using: &random): driver.receiveEnd()
        case 12 where Int.random(in: 0..<4, using: &random) == 0: driver.drain()
        case 13 where Int.random(in: 0..<4, using: &random) == 0: driver.handle(.abort, number: number)
        default: driver.settle()
        }
    }
}
