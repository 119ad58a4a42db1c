import Glibc
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("Start and drain", .timeLimit(.minutes(2)))
struct LifecycleTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("a drain finishes what runs, closes what is idle and accepts nothing new")
    func drain() async throws {
        // With one loop, the idle connection's end tells that the running one knows of the drain too.
        let server = try LoopbackServer { $0.eventLoopCount = 1 }
        let idle = try server.client()
        try idle.send(Self.hello)
        _ = try idle.readResponse()
        let running = try server.client()
        try running.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
        let writer = try #require(try await server.writers.wait(count: 1).first)
        let drained = Task { await server.server.drain(deadline: .seconds(30)) }
        #expect(try idle.readToEnd().isEmpty)
        #expect(throws: LoopbackClient.Failure.self) { _ = try server.client() }
        writer.respond(status: .ok, body: Array("done".utf8))
        let response = try running.readResponse()
        #expect(response.body == "done" && response.field("connection") == "close")
        #expect(try running.readToEnd().isEmpty)
        running.close()
        #expect(await drained.value)
        #expect(server.server.counters.connectionsOpen == 0 && server.gone.values.isEmpty)
    }

    @Test("at the deadline of a drain what is left is reset and its handlers are told")
    func drainDeadline() async throws {
        let server = try LoopbackServer()
        let client = try server.client()
        try client.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try client.read(through: "\r\n\r\n")
        #expect(await server.server.drain(deadline: .milliseconds(50)) == false)
        #expect(server.gone.values == [1])
        #expect(throws: LoopbackClient.Failure.self) { _ = try client.readToEnd() }
        #expect(server.records.map(\.outcome) == [.aborted])
    }

    @Test("a server that nobody uses drains at once, even twice, and cannot start again")
    func emptyDrain() async throws {
        let server = try LoopbackServer()
        #expect(await server.server.drain(deadline: .seconds(30)))
        #expect(await server.server.drain(deadline: .seconds(30)))
        #expect(throws: TransportError.alreadyStarted) { try server.server.start() }
    }

    @Test("literals and names can be listened on", arguments: ["127.0.0.1", "localhost", "0.0.0.0"])
    func hosts(_ host: String) async throws {
        let server = try LoopbackServer { $0.host = host }
        #expect(server.address.port != 0)
        #expect(server.address.host == (host == "localhost" ? "127.0.0.1" : host))
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("IPv6 literals with and without brackets", .enabled(if: LifecycleTests.hasIPv6), arguments: ["::1", "[::1]"])
    func ipv6(_ host: String) async throws {
        let server = try LoopbackServer { $0.host = host }
        #expect(server.address.host == "::1" && server.address.authority == "[::1]:\(server.address.port)")
        await server.server.drain(deadline: .seconds(10))
    }

    @Test("a port that is taken and a host that does not exist are errors that say so")
    func startErrors() async throws {
        let server = try LoopbackServer()
        let port = server.address.port
        #expect(throws: TransportError.addressInUse(host: "127.0.0.1", port: port)) {
            _ = try LoopbackServer { $0.port = port }
        }
        #expect { _ = try LoopbackServer { $0.host = "no such host.invalid" } } throws: { error in
            guard case .unresolvableHost("no such host.invalid", _) = error as? TransportError else { return false }
            return true
        }
        await server.server.drain(deadline: .seconds(10))
    }

    private static var hasIPv6: Bool {
        guard let (descriptor, _) = try? ListeningSocket.open(host: "::1", port: 0) else { return false }
        close(descriptor)
        return true
    }

    @Test("addresses are shown and grouped: IPv4 alone, IPv6 by /64, mapped IPv4 as IPv4")
    func peers() {
        func peer(_ text: String) -> PeerAddress {
            var storage = sockaddr_storage()
            withUnsafeMutableBytes(of: &storage) { bytes in
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_port = UInt16(80).bigEndian
                inet_pton(AF_INET6, text, &address.sin6_addr)
                bytes.storeBytes(of: address, as: sockaddr_in6.self)
            }
            return PeerAddress(storage)
        }
        #expect(peer("2001:db8::1").text == "2001:db8::1" && peer("2001:db8::1").port == 80)
        #expect(peer("2001:db8::1").group == peer("2001:db8::ffff:2").group)
        #expect(peer("2001:db8::1").group != peer("2001:db8:0:1::1").group)
        #expect(peer("::ffff:192.0.2.7").text == "192.0.2.7" && peer("::ffff:192.0.2.7").group == "192.0.2.7")
    }

    @Test("a writer's events keep their order and end once")
    func writerPhases() {
        final class Sink: ResponseSink {
            let events = Log<String>()
            func post(_ event: ResponseEvent, to address: ExchangeAddress) {
                let name = String(describing: event)
                events.append(String(name.prefix { $0 != "(" }))
            }
        }
        let sink = Sink()
        var writer: ResponseWriter? = ResponseWriter(sink: sink, address: ExchangeAddress(connection: 1, number: 1))
        writer?.write([1])
        writer?.finish()
        #expect(sink.events.values.isEmpty)
        writer?.startStream()
        writer?.respond(status: .ok)
        writer?.write([1, 2])
        writer?.write([])
        #expect(writer?.pendingBytes == 2)
        let closed = Log<Int>()
        writer?.onClosed { closed.append(1) }
        writer?.finish()
        writer?.write([3])
        writer?.abort()
        writer?.notifyClosed()
        writer = nil
        #expect(sink.events.values == ["start", "write", "finish"])
        #expect(closed.values.isEmpty)
        writer = ResponseWriter(sink: sink, address: ExchangeAddress(connection: 1, number: 2))
        writer?.notifyClosed()
        writer?.onClosed { closed.append(2) }
        writer?.respond(status: .ok)
        #expect(closed.values == [2] && writer?.isClosed == true)
        writer = nil
        #expect(sink.events.values.count == 3)
        writer = ResponseWriter(sink: sink, address: ExchangeAddress(connection: 1, number: 3))
        writer = nil
        #expect(sink.events.values.last == "abandon")
    }
}
