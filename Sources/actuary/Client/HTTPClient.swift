import Foundation
import OrderedJSON
import Synchronization

/// Sends JSON to a server and hands on what comes back, as it comes; any thread may use it.
///
/// A thread and a connection for each request: a stream costs nothing while it is silent. (Foundation's session keeps a
/// core busy for as long as an answer streams, which a server on the same machine would pay for.)
final class HTTPClient: Sendable {
    /// Receives the events of one request, on a thread of its own.
    typealias Handler = @Sendable (ClientEvent) -> Void

    let address: ServerAddress

    private static let stackBytes = 512 * 1024

    init(address: ServerAddress) { self.address = address }

    /// Sends a request: POST with a body, GET without.
    @discardableResult
    func start(_ path: String, body: JSONValue? = nil, handler: @escaping Handler) -> RunningRequest {
        let request = RunningRequest(address)
        let bytes = address.request(path, body: body.map { $0.utf8() })
        let thread = Thread { request.run(sending: bytes, handler) }
        thread.stackSize = HTTPClient.stackBytes
        thread.start()
        return request
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: `ClientError`; an answer of another status than 200 is `.refused` with the server's own message.
    func json(_ path: String, body: JSONValue? = nil) async throws(ClientError) -> JSONValue {
        let reply = Mutex((status: 0, bytes: [UInt8]()))
        let failure: ClientError? = await withCheckedContinuation { continuation in
            start(path, body: body) { event in
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

extension ServerAddress {
    /// The bytes of a request, after whose answer the server closes the connection.
    fileprivate func request(_ path: String, body: [UInt8]?) -> [UInt8] {
        var head = "\(body == nil ? "GET" : "POST") \(pathPrefix)\(path) HTTP/1.1\r\nHost: \(authority)\r\n"
        head += "User-Agent: actuary\r\nConnection: close\r\n"
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
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
