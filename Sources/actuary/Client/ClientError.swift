/// Why a request was not answered.
enum ClientError: Error, Equatable, Sendable {
    /// Nobody listens there.
    case unreachable(ServerAddress, reason: String)
    /// The connection was lost before the end of the answer.
    case brokenOff(ServerAddress, reason: String)
    /// Nothing was received for too long.
    case timedOut(ServerAddress)
    /// `RunningRequest.cancel()` was called.
    case cancelled
    /// The server answered with an error.
    case refused(status: Int, message: String)
    /// The answer is not what the protocol says.
    case unexpected(ServerAddress, problem: String)

    /// One sentence that says what to do.
    var message: String {
        switch self {
        case .unreachable(let address, let reason):
            "no server answers at \(address.text) (\(reason)): start one with 'actuary serve', or give its --url"
        case .brokenOff(let address, let reason):
            "the connection to \(address.text) was lost (\(reason)): look into the server's log, then try again"
        case .timedOut(let address): "\(address.text) has been silent for too long: look into the server's log"
        case .cancelled: "the request was cancelled"
        case .refused(let status, let message): "the server answered \(status): \(message)"
        case .unexpected(let address, let problem):
            "the answer of \(address.text) cannot be understood (\(problem)): is it an Actuary server?"
        }
    }
}
