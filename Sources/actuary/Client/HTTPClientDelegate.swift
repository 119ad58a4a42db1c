import Foundation
import FoundationNetworking
import Synchronization

/// Turns the callbacks of the URL loading system into the events of each request.
final class HTTPClientDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private let address: ServerAddress
    private let handlers = Mutex<[Int: HTTPClient.Handler]>([:])

    init(_ address: ServerAddress) { self.address = address }

    /// Registers who receives the events of a task; before the task is resumed.
    func expect(_ task: Int, _ handler: @escaping HTTPClient.Handler) {
        handlers.withLock { $0[task] = handler }
    }

    func urlSession(
        _ session: URLSession,
        dataTask: URLSessionDataTask,
        didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        handler(of: dataTask)?(.head(status: (response as? HTTPURLResponse)?.statusCode ?? 0))
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        handler(of: dataTask)?(.bytes([UInt8](data)))
    }

    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        // A redirected POST would become a GET; the user had better correct the URL.
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let handler = handlers.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        handler?(error.map { .failed(clientError($0, answered: task.response != nil)) } ?? .end)
    }

    private func handler(of task: URLSessionTask) -> HTTPClient.Handler? {
        handlers.withLock { $0[task.taskIdentifier] }
    }

    private func clientError(_ error: any Error, answered: Bool) -> ClientError {
        let reason = error.localizedDescription
        guard let error = error as? URLError else { return .brokenOff(address, reason: reason) }
        return switch error.code {
        case .cancelled: .cancelled
        case .timedOut: .timedOut(address)
        default:
            answered ? .brokenOff(address, reason: reason) : .unreachable(address, reason: reason)
        }
    }
}
