import HTTPTypes
import Synchronization

@testable import HTTPServer

/// A real server on a free port with handlers that tests steer.
final class LoopbackServer: Sendable {
    let server: HTTPServer
    let address: BoundAddress
    let events: Log<ServerEvent>
    /// The writers of requests to `/held` and `/stream`.
    let writers: Log<ResponseWriter>
    /// The numbers of clients that went away.
    let gone: Log<Int>

    init(credentials: TLSCredentials? = nil, _ change: (inout ServerSettings) -> Void = { _ in }) throws {
        var settings = ServerSettings()
        settings.eventLoopCount = 2
        change(&settings)
        let (events, writers, gone) = (Log<ServerEvent>(), Log<ResponseWriter>(), Log<Int>())
        server = HTTPServer(
            settings: settings,
            router: Self.router(writers: writers, gone: gone),
            credentials: credentials,
            log: { events.append($0) }
        )
        address = try server.start()
        (self.events, self.writers, self.gone) = (events, writers, gone)
    }

    private static func router(writers: Log<ResponseWriter>, gone: Log<Int>) -> Router {
        Router([
            Route(.get, "/hello") { _, writer in
                writer.respond(status: .ok, headers: [.contentType: "text/plain"], body: Array("hello".utf8))
            },
            Route(.post, "/echo") { request, writer in writer.respond(status: .ok, body: request.body) },
            Route(.get, "/path/{rest}") { request, writer in
                writer.respond(status: .ok, body: Array((request.pathParameter ?? "").utf8))
            },
            Route(.get, "/lost") { _, _ in },
            Route(.get, "/held") { _, writer in
                writer.onClosed { gone.append(1) }
                writers.append(writer)
            },
            Route(.get, "/stream") { _, writer in
                writer.onClosed { gone.append(1) }
                writer.startStream(headers: [.contentType: EventStream.mediaType], heartbeat: .eventStream)
                writers.append(writer)
            },
        ])
    }

    func client(receiveBufferBytes: Int32? = nil) throws -> LoopbackClient {
        try LoopbackClient(address, receiveBufferBytes: receiveBufferBytes)
    }

    /// The records of finished exchanges.
    var records: [RequestRecord] {
        events.values.compactMap { if case .request(let record) = $0 { record } else { nil } }
    }
}

/// Values that other threads append, to be waited for.
final class Log<Value: Sendable>: Sendable {
    private let storage = Mutex<[Value]>([])

    var values: [Value] { storage.withLock { $0 } }

    func append(_ value: Value) {
        storage.withLock { $0.append(value) }
    }

    /// Waits until there are so many values; gives what there is after 20 s.
    func wait(count: Int) async throws -> [Value] {
        try await eventually { self.values.count >= count }
        return values
    }
}

/// Waits until something is true, at most 20 s; the caller checks what came of it.
func eventually(_ condition: @Sendable () -> Bool) async throws {
    for _ in 0..<4000 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
