import Glibc
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Server on loopback", .timeLimit(.minutes(2)))
struct LoopbackTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let held = "GET /held HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let stream = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("one connection serves many requests, pipelined or not")
    func keepAlive() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        for _ in 0..<20 {
            try client.send(Self.hello)
            let response = try client.readResponse()
            #expect(response.status == 200 && response.body == "hello")
        }
        try client.send(String(repeating: Self.hello, count: 200) + "GET /path/a%2Fb/c HTTP/1.1\r\nHost: h\r\n\r\n")
        for _ in 0..<200 { #expect(try client.readResponse().body == "hello") }
        #expect(try client.readResponse().body == "a/b/c")
        #expect(server.server.counters.connectionsAccepted == 1)
        #expect(server.server.counters.requestsBegun == 221)
        #expect(await server.server.drain(deadline: .seconds(10)))
    }

    @Test("responses carry date, server and a request id that differs")
    func commonFields() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send(Self.hello + Self.hello)
        let (first, second) = (try client.readResponse(), try client.readResponse())
        #expect(first.field("server") == "actuary")
        #expect(first.field("date")?.hasSuffix(" GMT") == true)
        #expect(first.field("x-request-id") != nil && first.field("x-request-id") != second.field("x-request-id"))
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("HEAD has the length of GET and no body")
    func head() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n" + Self.hello)
        let response = try client.readResponse(withBody: false)
        #expect(response.status == 200 && response.field("content-length") == "5")
        #expect(try client.readResponse().body == "hello")
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("bodies by length and by chunks come back whole, after 100 Continue")
    func uploads() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        let body = String(repeating: "0123456789abcdef", count: 100_000)
        try client.send(
            "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        )
        #expect(try client.readResponse().status == 100)
        try client.send(body)
        #expect(try client.readResponse().body == body)
        try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<100 { try client.send("10\r\n0123456789abcdef\r\n") }
        try client.send("0\r\nX-Trailer: 1\r\n\r\n")
        #expect(try client.readResponse().body == body.prefix(1600))
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("413 and 431 reach a client that sends everything before it reads")
    func lingering() async throws {
        let server = try LoopbackServer { $0.wire.bodyBytesMax = 1000 }
        let body = String(repeating: "x", count: 8_000_000)
        var client = try server.client()
        try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
        #expect(try client.readResponse().status == 413)
        #expect(try client.readToEnd().isEmpty)
        client = try server.client()
        try client.send("GET /hello HTTP/1.1\r\nHost: h\r\nX: \(body)\r\n\r\n")
        let response = try client.readResponse()
        #expect(response.status == 431 && response.body.contains(#""code":"request_head_too_large""#))
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("a head that does not come in time gets 408, an idle connection is closed silently")
    func timeouts() async throws {
        let server = try LoopbackServer {
            $0.headTimeout = .seconds(1)
            $0.idleTimeout = .milliseconds(300)
        }
        let slow = try server.client()
        try slow.send("GET /hello HT")
        let idle = try server.client()
        try idle.send(Self.hello)
        #expect(try idle.readResponse().status == 200)
        #expect(try slow.readResponse().status == 408)
        #expect(try slow.readToEnd().isEmpty)
        #expect(try idle.readToEnd().isEmpty)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("pieces reach the client as they are written, and the stream ends cleanly")
    func streaming() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send(Self.stream)
        let writer = try #require(try await server.writers.wait(count: 1).first)
        #expect(try client.read(through: "\r\n\r\n").contains("Content-Type: text/event-stream\r\n"))
        for number in 0..<50 {
            writer.write(EventStream.event("\(number)"))
            #expect(try client.readEvent() == "data: \(number)\n\n")
        }
        writer.finish()
        #expect(try client.readChunk() == nil)
        try client.send(Self.hello)
        #expect(try client.readResponse().body == "hello")
        #expect(server.gone.values.isEmpty && writer.pendingBytes == 0)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("many threads write to many streams at once, each in order")
    func parallelStreams() async throws {
        let server = try LoopbackServer()
        let clients = try (0..<8).map { _ in try server.client() }
        for client in clients { try client.send(Self.stream) }
        let writers = try await server.writers.wait(count: 8)
        await withTaskGroup(of: Void.self) { group in
            for (index, writer) in writers.enumerated() {
                group.addTask {
                    for number in 0..<300 { writer.write(Array("\(index).\(number) ".utf8)) }
                    writer.finish()
                }
            }
        }
        let expected = Set((0..<8).map { index in (0..<300).map { "\(index).\($0) " }.joined() })
        #expect(Set(try clients.map { try $0.readResponse().body }) == expected)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("a reader that stops reading is reset at the limit, and nobody else")
    func slowReader() async throws {
        let server = try LoopbackServer { $0.streamBufferBytesMax = 200_000 }
        let slow = try server.client(receiveBufferBytes: 4096)
        try slow.send(Self.stream)
        let writer = try #require(try await server.writers.wait(count: 1).first)
        let piece = [UInt8](repeating: 0x61, count: 50_000)
        var mostPending = 0
        for _ in 0..<400 where !writer.isClosed {
            writer.write(piece)
            try await Task.sleep(for: .milliseconds(2))
            mostPending = max(mostPending, writer.pendingBytes)
        }
        #expect(writer.isClosed && server.gone.values == [1])
        #expect((50_000...300_000).contains(mostPending))
        let other = try server.client()
        try other.send(Self.hello)
        #expect(try other.readResponse().status == 200)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("a slow reader that goes on reading loses nothing")
    func patientReader() async throws {
        let server = try LoopbackServer { $0.streamBufferBytesMax = 64 * 1024 * 1024 }
        let client = try server.client(receiveBufferBytes: 4096)
        try client.send(Self.stream)
        let writer = try #require(try await server.writers.wait(count: 1).first)
        // More than the kernel's buffers hold, so that the rest has to wait for room.
        for number in 0..<100 { writer.write(Array(repeating: UInt8(number), count: 200_000)) }
        writer.finish()
        try await eventually { writer.pendingBytes > 1_000_000 }
        #expect(writer.pendingBytes > 1_000_000)
        _ = try client.read(through: "\r\n\r\n")
        for number in 0..<100 {
            let piece = try #require(try client.readChunk()).utf8
            #expect(piece.count == 200_000 && piece.allSatisfy { $0 == UInt8(number) })
        }
        #expect(try client.readChunk() == nil)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("several requests in one segment with a FIN behind are all answered")
    func halfClose() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send(Self.hello + Self.held)
        client.shutdownSending()
        #expect(try client.readResponse().body == "hello")
        let writer = try #require(try await server.writers.wait(count: 1).first)
        // Long enough for the probe, which a client of HTTP/1.1 discards.
        #expect(try client.readResponse().status == 100)
        writer.respond(status: .ok, body: Array("late".utf8))
        let response = try client.readResponse()
        #expect(response.body == "late" && response.field("connection") == "close")
        #expect(try client.readToEnd().isEmpty)
        #expect(server.gone.values.isEmpty)
        await server.server.drain(deadline: .seconds(10))
    }

    /// The ways in which a client leaves while its request runs.
    enum Departure: CaseIterable {
        case close
        case reset
        /// Behind so much pipelined input that the server has stopped reading.
        case closeBehindInput
        case resetBehindInput
    }

    @Test(
        "a client that goes away is noticed, before and within a response",
        arguments: Departure.allCases,
        [held, stream]
    )
    func departure(_ way: Departure, _ request: String) async throws {
        let server = try LoopbackServer { $0.readAheadBytesMax = 4096 }
        let client = try server.client()
        let isBehindInput = way == .closeBehindInput || way == .resetBehindInput
        try client.send(request + (isBehindInput ? String(repeating: Self.hello, count: 4000) : ""))
        let writers = try await server.writers.wait(count: 1)
        if request == Self.stream { _ = try client.read(through: "\r\n\r\n") }
        if isBehindInput { try await Task.sleep(for: .milliseconds(50)) }
        #expect(server.gone.values.isEmpty)
        if way == .reset || way == .resetBehindInput { client.reset() } else { client.close() }
        #expect(try await server.gone.wait(count: 1) == [1])
        #expect(writers.first?.isClosed == true)
        try await eventually { server.server.counters.connectionsOpen == 0 }
        #expect(server.server.counters.connectionsOpen == 0)
        #expect(server.records.map(\.outcome) == [.clientGone])
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("an aborted stream cannot be taken for a whole one")
    func abort() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send(Self.stream)
        let writer = try #require(try await server.writers.wait(count: 1).first)
        writer.write(Array("part".utf8))
        _ = try client.read(through: "part\r\n")
        writer.abort()
        #expect(throws: LoopbackClient.Failure.self) { _ = try client.readToEnd() }
        #expect(server.gone.values.isEmpty)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("a handler that loses its writer gives 500")
    func lostWriter() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send("GET /lost HTTP/1.1\r\nHost: h\r\n\r\n" + Self.hello)
        #expect(try client.readResponse().status == 500)
        #expect(try client.readResponse().status == 200)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("connections over the limit of an address get 429, over that of the server 503")
    func connectionLimits() async throws {
        for (perAddress, total, status) in [(2, 10, 429), (10, 2, 503)] {
            let server = try LoopbackServer {
                $0.connectionsPerAddressMax = perAddress
                $0.connectionCountMax = total
            }
            let kept = try (0..<2).map { _ in try server.client() }
            for client in kept {
                try client.send(Self.hello)
                #expect(try client.readResponse().status == 200)
            }
            let refused = try server.client()
            try refused.send(Self.hello)
            let response = try refused.readResponse()
            #expect(response.status == status && response.field("connection") == "close")
            #expect(server.server.counters.connectionsRefused == 1)
            kept[0].close()
            try await eventually { server.server.counters.connectionsOpen == 1 }
            let admitted = try server.client()
            try admitted.send(Self.hello)
            #expect(try admitted.readResponse().status == 200)
            refused.close()
            await server.server.drain(deadline: .seconds(10))
        }
    }
}
