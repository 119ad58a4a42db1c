import DequeModule

/// Who is next: a counter of tokens for each share, and the lowest goes first.
///
/// Tokens of prompts count once and those of answers twice, since they cost a pass over the weights each; both are divided
/// by the share's weight. A share that comes back from idling starts at the lowest counter of those at work, so that
/// nobody saves up time, and keeps its own if that is higher (virtual token counters: Sheng et al. 2024). Inside a share,
/// first come, first served.
struct FairShares: Sendable {
    private struct Share: Sendable {
        let weight: Double
        var counter: Double
        /// The order of coming to work, for ties.
        let arrival: Int
        var waiting: Deque<SequenceID> = []
        var runningCount = 0
    }

    /// What a token of an answer counts.
    private static let answerWeight = 2.0

    private var shares: [ShareKey: Share] = [:]
    /// Counters of shares that have nothing to do, as long as they are above the lowest at work.
    private var idle: [ShareKey: Double] = [:]
    private var arrivals = 0

    var waitingCount: Int { shares.values.reduce(0) { $0 + $1.waiting.count } }

    /// The next of a share's waiting sequences.
    func first(_ key: ShareKey) -> SequenceID? { shares[key]?.waiting.first }

    func waiting(_ key: ShareKey) -> some Sequence<SequenceID> { shares[key]?.waiting ?? [] }

    func runningCount(_ key: ShareKey) -> Int { shares[key]?.runningCount ?? 0 }

    mutating func enqueue(_ id: SequenceID, _ key: ShareKey, weight: Double, atFront: Bool = false) {
        if shares[key] == nil {
            let lowest = shares.values.map(\.counter).min()
            idle = lowest.map { lowest in idle.filter { $0.value > lowest } } ?? [:]
            let counter = max(lowest ?? 0, idle.removeValue(forKey: key) ?? 0)
            shares[key] = Share(weight: weight * key.tier.weight, counter: counter, arrival: arrivals)
            arrivals += 1
        }
        if atFront { shares[key]?.waiting.prepend(id) } else { shares[key]?.waiting.append(id) }
    }

    /// Takes the first waiting sequence of a share as running.
    mutating func startFirst(_ key: ShareKey) {
        _ = shares[key]?.waiting.popFirst()
        shares[key]?.runningCount += 1
    }

    /// A running sequence waits again, before all others of its share.
    mutating func interrupt(_ id: SequenceID, _ key: ShareKey) {
        shares[key]?.runningCount -= 1
        shares[key]?.waiting.prepend(id)
    }

    mutating func remove(_ id: SequenceID, _ key: ShareKey, isRunning: Bool) {
        if isRunning { shares[key]?.runningCount -= 1 } else { shares[key]?.waiting.removeAll { $0 == id } }
        guard let share = shares[key], share.waiting.isEmpty, share.runningCount == 0 else { return }
        shares[key] = nil
        idle[key] = shares.isEmpty ? nil : share.counter
        if shares.isEmpty { idle = [:] }
    }

    mutating func charge(_ key: ShareKey, promptTokens: Int, answerTokens: Int) {
        guard let share = shares[key] else { return }
        let tokens = Double(promptTokens) + Double(answerTokens) * FairShares.answerWeight
        shares[key]?.counter += tokens / share.weight
    }

    /// The share with the lowest counter of those that `isWanted` admits.
    func next(where isWanted: (ShareKey) -> Bool) -> ShareKey? {
        let wanted = shares.filter { isWanted($0.key) }
        return wanted.min { one, other in
            let (a, b) = (one.value, other.value)
            if a.counter != b.counter { return a.counter < b.counter }
            return (Double(a.runningCount) / a.weight, a.arrival) < (Double(b.runningCount) / b.weight, b.arrival)
        }?.key
    }

    /// What part of the machine is a share's, 0 to 1.
    func fraction(_ key: ShareKey) -> Double {
        let total = shares.values.reduce(0) { $0 + $1.weight }
        return (shares[key]?.weight ?? 0) / max(total, .leastNormalMagnitude)
    }

    /// Whether the share of the first waiting sequence has too few of `slotCount` slots, and which share has too many.
    ///
    /// - Returns: The share that has to give up a slot; `nil` if all is fair.
    func debtor(to key: ShareKey, slotCount: Int) -> ShareKey? {
        func excess(_ key: ShareKey) -> Double { Double(runningCount(key)) - fraction(key) * Double(slotCount) }
        let hasNone = runningCount(key) == 0
        guard hasNone || excess(key) <= -1 else { return nil }
        let others = shares.filter { $0.key != key && $0.value.runningCount > 1 && excess($0.key) > 0 }
        return others.max { (excess($0.key), $0.value.arrival) < (excess($1.key), $1.value.arrival) }?.key
    }
}
