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

    /// The request has ended.
    mutating func forget(_ requestID: String) {
        latest[requestID] = nil
        written[requestID] = nil
    }
}
