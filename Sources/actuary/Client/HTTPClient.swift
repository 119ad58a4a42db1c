import Foundation
import FoundationNetworking
import OrderedJSON
import Synchronization

/// Sends JSON to a server and hands on what comes back, as it comes; any thread may use it.
final class HTTPClient: Sendable {
    /// Receives the events of one request, on a queue of the client's own.
    typealias Handler = @Sendable (ClientEvent) -> Void

    let address: ServerAddress
    private let session: URLSession

    /// Servers comment into silent streams, and an answer that is not streamed may have to wait for its turn.
    private static let silenceMax: TimeInterval = 600

    /// - Parameters:
    ///   - address: The server.
    ///   - connectionCount: How many requests may run at the same time.
    init(address: ServerAddress, connectionCount: Int = 1) {
        self.address = address
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connectionCount
        configuration.timeoutIntervalForRequest = HTTPClient.silenceMax
        configuration.urlCache = nil
        configuration.httpShouldSetCookies = false
        session = URLSession(configuration: configuration, delegate: HTTPClientDelegate(address), delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    /// Sends a request: POST with a body, GET without.
    func start(_ path: String, body: JSONValue? = nil, handler: @escaping Handler) -> RunningRequest? {
        guard let url = address.url(path) else {
            handler(.failed(.unreachable(address, reason: "'\(address.text + path)' is no URL")))
            return nil
        }
        var request = URLRequest(url: url)
        request.setValue("actuary", forHTTPHeaderField: "User-Agent")
        if let body {
            request.httpMethod = "POST"
            request.httpBody = Data(body.utf8())
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let task = session.dataTask(with: request)
        (session.delegate as? HTTPClientDelegate)?.expect(task.taskIdentifier, handler)
        task.resume()
        return RunningRequest(task: task)
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: `ClientError`; an answer of another status than 200 is `.refused` with the server's own message.
    func json(_ path: String, body: JSONValue? = nil) async throws(ClientError) -> JSONValue {
        let reply = Mutex((status: 0, bytes: [UInt8]()))
        let failure: ClientError? = await withCheckedContinuation { continuation in
            _ = start(path, body: body) { event in
                switch event {
                case .head(let status): reply.withLock { $0.status = status }
                case .bytes(let bytes): reply.withLock { $0.bytes += bytes }
                case .end: continuation.resume(returning: nil)
                case .failed(let error): continuation.resume(returning: error)
                }
            }
        }
        if let failure { throw failure }
        let (status, bytes) = reply.withLock { $0 }
        guard status == 200 else { throw ClientError(status: status, body: bytes) }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .unexpected(address, problem: "\(error)")
        }
    }

    /// The name of the server's first model.
    ///
    /// - Throws: `ClientError`; a server without any is `.unexpected`.
    func firstModel() async throws(ClientError) -> String {
        guard let name = try await json("/v1/models")["data"]?.array?.first?["id"]?.string else {
            throw .unexpected(address, problem: "it lists no models")
        }
        return name
    }
}

extension ClientError {
    /// An answer of another status than 200; its message if it has the error envelope, else the start of its text.
    init(status: Int, body: [UInt8]) {
        if let message = (try? JSONValue(parsing: body))?["error"]?["message"]?.string {
            self = .refused(status: status, message: message)
        } else {
            let text = String(decoding: body.prefix(200), as: UTF8.self)
            let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
            self = .refused(status: status, message: line.isEmpty ? "no reason given" : line)
        }
    }
}
