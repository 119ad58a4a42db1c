import FoundationNetworking

/// A request on its way.
struct RunningRequest: Sendable {
    fileprivate let task: URLSessionDataTask

    init(task: URLSessionDataTask) { self.task = task }

    /// Ends the request, which closes its connection; the last event is then `.failed(.cancelled)`.
    func cancel() { task.cancel() }
}
