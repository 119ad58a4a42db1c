/// What running requests have taken since it was last written down.
struct CheckpointBoard {
    /// When a note is to be written.
    enum Due: Equatable {
        case now
        /// After the interval, for which nobody waits yet.
        case later
        /// With what is due already.
        case covered
    }

    private var latest: [String: TokenUsage] = [:]
    private var written: [String: Int] = [:]
    /// Completion tokens that are durable.
    private var durable: [String: Int] = [:]
    private var waiting: [String: [Waiting]] = [:]

    /// Somebody who may go on once so many completion tokens of a request are durable.
    private struct Waiting {
        var tokens: Int
        var action: @Sendable () -> Void
    }

    /// Notes what a request has taken, and tells when that is to be written if `tokens` may be unwritten.
    mutating func note(_ usage: TokenUsage, requestID: String, tokens: Int) -> Due {
        let isFirst = latest.isEmpty
        latest[requestID] = usage
        if usage.completion - written[requestID, default: 0] >= tokens { return .now }
        return isFirst ? .later : .covered
    }

    /// Whether nothing is to be written.
    var isEmpty: Bool { latest.isEmpty }

    /// Everything that is to be written.
    mutating func takeAll() -> [String: TokenUsage] {
        defer { latest = [:] }
        for (requestID, usage) in latest { written[requestID] = usage.completion }
        return latest
    }

    /// Notes what could not be written, unless newer counts are there.
    mutating func putBack(_ usage: [String: TokenUsage]) {
        for (requestID, usage) in usage where written[requestID] != nil && latest[requestID] == nil {
            latest[requestID] = usage
        }
    }

    /// Notes what is on the disk now, and returns who may go on.
    mutating func confirm(_ usage: [String: TokenUsage]) -> [@Sendable () -> Void] {
        var ready: [@Sendable () -> Void] = []
        for (requestID, usage) in usage where written[requestID] != nil {
            durable[requestID] = usage.completion
            guard let waiters = waiting.removeValue(forKey: requestID) else { continue }
            ready += waiters.filter { $0.tokens <= usage.completion }.map(\.action)
            let rest = waiters.filter { $0.tokens > usage.completion }
            if !rest.isEmpty { waiting[requestID] = rest }
        }
        return ready
    }

    /// Calls the action once so many completion tokens are durable.
    ///
    /// - Returns: Whether they are already; then the action is not called.
    mutating func isDurable(
        _ tokens: Int,
        of requestID: String,
        otherwise action: @escaping @Sendable () -> Void
    ) -> Bool {
        if durable[requestID, default: 0] >= tokens { return true }
        waiting[requestID, default: []].append(Waiting(tokens: tokens, action: action))
        return false
    }

    /// The request has ended: nobody waits for its checkpoints any more.
    mutating func forget(_ requestID: String) {
        latest[requestID] = nil
        written[requestID] = nil
        durable[requestID] = nil
        waiting[requestID] = nil
    }
}
