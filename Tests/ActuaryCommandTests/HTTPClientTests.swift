import Dispatch
import Glibc
import OrderedJSON
import Synchronization
import Testing

@testable import actuary

@Suite struct HTTPClientTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("the body is sent as JSON, and pieces arrive while the server waits for them", .timeLimit(.minutes(1)))
    func streams() async throws {
        let isSeen = DispatchSemaphore(value: 0)
        let request = Mutex("")
        let server = try #require(
            ScriptedServer { peer in
                let text = peer.read(until: "{\"a\":\"\u{E4}\"}")
                request.withLock { $0 = text }
                peer.send(Self.head)
                for index in 0..<3 {
                    peer.sendChunk("data: \(index)\n\n")
                    isSeen.wait()
                }
                peer.send("0\r\n\r\n")
            }
        )
        let client = HTTPClient(address: server.address)
        let (events, mailbox) = AsyncStream<ClientEvent>.makeStream()
        client.start("/v1/x", body: ["a": "\u{E4}"]) { mailbox.yield($0) }
        var received: [ClientEvent] = []
        for await event in events {
            received.append(event)
            if case .bytes = event { isSeen.signal() }
            if event == .end { break }
        }
        let pieces = (0..<3).map { ClientEvent.bytes(Array("data: \($0)\n\n".utf8)) }
        #expect(received == [.head(status: 200)] + pieces + [.end])
        let text = request.withLock { $0.lowercased() }
        #expect(text.hasPrefix("post /v1/x http/1.1\r\n"))
        #expect(text.contains("content-type: application/json\r\n"))
    }

    @Test("cancelling closes the connection and ends the events", .timeLimit(.minutes(1)))
    func cancels() async throws {
        let (gone, leave) = AsyncStream<Bool>.makeStream()
        let server = try #require(
            ScriptedServer { peer in
                _ = peer.read(until: "{}")
                peer.send(Self.head)
                peer.sendChunk("data: 1\n\n")
                leave.yield(peer.readByte() == nil)
            }
        )
        let client = HTTPClient(address: server.address)
        let (events, mailbox) = AsyncStream<ClientEvent>.makeStream()
        let request = client.start("/", body: [:]) { mailbox.yield($0) }
        for await event in events {
            if case .bytes = event { request.cancel() }
            if case .failed(let error) = event {
                #expect(error == .cancelled)
                break
            }
        }
        for await isGone in gone {
            #expect(isGone)
            break
        }
    }

    @Test("a server that is not there is unreachable, and the sentence says what to do", .timeLimit(.minutes(1)))
    func unreachable() async throws {
        // Nothing listens on a port that only the superuser may take and that no service is known to use.
        let address = try #require(ServerAddress(argument: "http://127.0.0.1:1"))
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(address: address).json("/v1/models")
        }
        guard case .unreachable(address, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.message.contains("actuary serve") == true)
        #expect(error?.message.contains("http://127.0.0.1:1") == true)
    }

    @Test("a connection that is lost in the middle is told apart from one that never was", .timeLimit(.minutes(1)))
    func lost() async throws {
        let server = try #require(
            ScriptedServer { peer in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":")
            }
        )
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(address: server.address).json("/v1/models")
        }
        guard case .brokenOff? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "answers that are not the expected JSON are errors with a reason",
        .timeLimit(.minutes(1)),
        arguments: [
            ("200 OK", "{", "cannot be understood"), ("200 OK", "{\"data\":[]}", "lists no models"),
            ("503 Busy", "{\"error\":{\"message\":\"full\"}}", "answered 503: full"),
            ("302 Found\r\nLocation: /elsewhere", "", "answered 302"),
        ]
    )
    func badAnswers(status: String, body: String, words: String) async throws {
        let server = try #require(
            ScriptedServer { peer in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        )
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(address: server.address).firstModel()
        }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test("the bench asks every question once, several at a time, and keeps their order", .timeLimit(.minutes(1)))
    func bench() async throws {
        let running = Mutex((now: 0, most: 0, all: 0))
        let server = try #require(
            ScriptedServer { peer in
                _ = peer.read(until: "\"max_think_tokens\":16}")
                running.withLock {
                    $0.now += 1
                    $0.all += 1
                    $0.most = max($0.most, $0.now)
                }
                // Long enough that requests which are sent together meet.
                usleep(20_000)
                running.withLock { $0.now -= 1 }
                let body = """
                    {"choices":[{"message":{"content":"yes"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}
                    """
                peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        )
        let questions = (0..<20).map {
            BudgetQuestion(id: "\($0)", task: "t", question: "q", answer: $0 == 7 ? "no" : "yes")
        }
        let runner = BudgetRunner(
            client: HTTPClient(address: server.address),
            model: "m",
            questions: questions,
            concurrency: 4
        )
        let outcomes = await runner.run(.tokens(16))
        #expect(outcomes.allSatisfy { $0.failure == nil && $0.completionTokens == 2 }, "\(outcomes)")
        #expect(outcomes.map(\.isRight) == questions.map { $0.id != "7" })
        let (_, most, all) = running.withLock { $0 }
        #expect(all == 20)
        #expect((2...4).contains(most))
    }
}
