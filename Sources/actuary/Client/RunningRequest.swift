import Glibc
import Synchronization

/// A request on its way.
final class RunningRequest: Sendable {
    private let address: ServerAddress
    private let connection: ClientConnection

    init(_ address: ServerAddress) {
        self.address = address
        connection = ClientConnection(address)
    }

    /// Ends the request, which closes its connection; the last event is then `.failed(.cancelled)`.
    func cancel() { connection.cancel() }

    /// Sends the bytes and hands on the answer; returns when it is complete, on a thread that then ends.
    func run(sending bytes: [UInt8], _ handler: HTTPClient.Handler) {
        // A server that has closed the connection must not end the program: OpenSSL writes as to a file.
        var pipe = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, nil)
        defer { connection.close() }
        var parser = ResponseParser()
        do throws(ClientError) {
            try connection.open()
            try connection.send(bytes)
            while true {
                let received = try connection.receive(hasBegun: parser.hasBegun)
                for event in try events(received, &parser) {
                    handler(event)
                    if event == .end { return }
                }
            }
        } catch {
            handler(.failed(connection.isCancelled ? .cancelled : error))
        }
    }

    private func events(_ received: [UInt8], _ parser: inout ResponseParser) throws(ClientError) -> [ClientEvent] {
        do throws(ResponseParser.Failure) {
            return try received.isEmpty ? parser.finish() : parser.take(received)
        } catch {
            switch error {
            case .brokenOff: throw .brokenOff(address, reason: "it was closed in the middle of an answer")
            case .malformed(let what): throw .unexpected(address, problem: what)
            }
        }
    }
}
