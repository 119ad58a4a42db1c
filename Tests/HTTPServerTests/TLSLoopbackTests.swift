import COpenSSL
import Glibc
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("TLS on loopback", .timeLimit(.minutes(2)))
struct TLSLoopbackTests {
    /// OpenSSL's client on a blocking socket.
    private final class Client {
        private let plain: LoopbackClient
        private let tls = TLSTestClient()

        init(_ server: LoopbackServer) throws {
            plain = try server.client()
            while !tls.isSecured {
                try plain.send(tls.takeWire())
                if !tls.isSecured { tls.receive(try plain.readSome()) }
            }
            try plain.send(tls.takeWire())
        }

        func send(_ text: String) throws {
            tls.send(Array(text.utf8))
            try plain.send(tls.takeWire())
        }

        func read(count: Int) throws -> String {
            var text: [UInt8] = []
            while text.count < count { text += tls.receive(try plain.readSome()) }
            return String(decoding: text, as: UTF8.self)
        }

        /// Reads to the end, and says whether the server announced it.
        func readToEnd() throws -> (text: String, wasAnnounced: Bool) {
            let text = tls.receive(Array(try plain.readBytesToEnd()))
            return (String(decoding: text, as: UTF8.self), tls.hasEnd)
        }
    }

    private static func server(_ change: (inout ServerSettings) -> Void = { _ in }) throws -> LoopbackServer {
        try LoopbackServer(credentials: try TLSCredentials(TLSCertificates.server), change)
    }

    @Test("requests are answered, and the end is announced")
    func requests() async throws {
        let server = try Self.server()
        let client = try Client(server)
        for _ in 0..<3 {
            try client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.read(count: 30).hasPrefix("HTTP/1.1 200"))
        }
        try client.send("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        let (text, wasAnnounced) = try client.readToEnd()
        #expect(text.hasSuffix("hello") && wasAnnounced)
        #expect(server.server.counters.handshakesCompleted == 1)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("large bodies and streams go both ways")
    func large() async throws {
        let server = try Self.server()
        let client = try Client(server)
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        try client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
        try client.send(body)
        #expect(try client.read(count: body.utf8.count + 100).hasSuffix(body))
        try client.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        let writer = try #require(try await server.writers.wait(count: 1).first)
        for number in 0..<2000 { writer.write(EventStream.event("\(number)")) }
        writer.finish()
        let (text, _) = try client.readToEnd()
        #expect(text.contains("data: 0\n\n") && text.contains("data: 1999\n\n") && text.hasSuffix("0\r\n\r\n"))
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("plain HTTP gets a clear answer, garbage an alert, silence an end; others do not notice")
    func strangers() async throws {
        let server = try Self.server { $0.handshakeTimeout = .milliseconds(300) }
        let friend = try Client(server)
        var stranger = try server.client()
        try stranger.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
        let response = try stranger.readResponse()
        #expect(response.status == 400 && response.body.contains("https_required"))
        stranger = try server.client()
        try stranger.send([0x16, 0x03, 0x01, 0x00, 0x05, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try stranger.readBytesToEnd().first == 0x15)
        stranger = try server.client()
        try stranger.send([0x16, 0x03])
        #expect(try stranger.readBytesToEnd().isEmpty)
        try friend.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try friend.read(count: 30).hasPrefix("HTTP/1.1 200"))
        let counters = server.server.counters
        #expect(counters.handshakesFailed == 2 && counters.limitsReached[.handshakeTime] == 1)
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("a client that leaves ends its stream")
    func disconnect() async throws {
        let server = try Self.server()
        var client: Client? = try Client(server)
        try client?.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try await server.writers.wait(count: 1)
        client = nil
        #expect(try await server.gone.wait(count: 1) == [1])
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("connections over a limit are told so after their handshake")
    func refused() async throws {
        let server = try Self.server { $0.connectionsPerAddressMax = 1 }
        let first = try Client(server)
        let second = try Client(server)
        #expect(try second.readToEnd().text.hasPrefix("HTTP/1.1 429"))
        #expect(server.server.counters.limitsReached[.connectionsPerAddress] == 1)
        try first.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try first.read(count: 30).hasPrefix("HTTP/1.1 200"))
        await server.server.drain(deadline: .seconds(10))
    }
}
