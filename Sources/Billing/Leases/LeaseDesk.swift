/// Which leases a run of a server has, key by key, and what may be done with each: no clock, no store.
struct LeaseDesk {
    /// A lease and what it is doing.
    private struct Entry {
        let lease: Lease
        let key: APIKey
        /// When its key last asked for anything.
        var usedAt: Milliseconds
        /// Whether something was spent of it.
        var isSpent = false
        /// Requests that are being admitted.
        var admitting = 0
        /// Whether the ledger is being told to end it; nothing may be spent then.
        var isEnding = false
    }

    /// By key.
    private var entries: [String: Entry] = [:]
    /// Keys for which a lease is being asked.
    private var asking: Set<String> = []
    /// Leases that may exist or not, since the answer got lost: to be ended.
    private(set) var doubtful: Set<String> = []

    // MARK: - Having

    /// Whether a lease should be asked for with a request of the key; then one of the next two must follow.
    mutating func asks(for key: String, at now: Milliseconds) -> Bool {
        if entries[key] != nil {
            entries[key]?.usedAt = now
            return false
        }
        return asking.insert(key).inserted
    }

    mutating func add(_ lease: Lease, _ key: APIKey, at now: Milliseconds) {
        asking.remove(key.id)
        entries[key.id] = Entry(lease: lease, key: key, usedAt: now)
    }

    /// There is no lease, or nobody knows.
    mutating func drop(_ id: String, key: String, isDoubtful: Bool = false) {
        asking.remove(key)
        if isDoubtful { doubtful.insert(id) }
    }

    /// The key with that digest, if it has a lease.
    func key(digest: String, at now: Milliseconds) -> APIKey? {
        entries.values.first { !$0.isEnding && $0.key.matches(digest: digest, at: now) }?.key
    }

    /// Whether there is a lease for the key.
    func hasLease(key: String) -> Bool { entries[key].map { !$0.isEnding } ?? false }

    var count: Int { entries.count }

    /// Whether there is none, and none in doubt.
    var isEmpty: Bool { entries.isEmpty && doubtful.isEmpty }

    /// Whether there is any that may be spent.
    var hasLeases: Bool { entries.values.contains { !$0.isEnding } }

    // MARK: - Spending

    /// A request of the key is about to be admitted; then `endAdmitting` must follow.
    mutating func beginAdmitting(key: String, at now: Milliseconds) -> Lease? {
        guard let entry = entries[key], !entry.isEnding, entry.key.refusal(at: now) == nil else { return nil }
        entries[key]?.admitting += 1
        return entry.lease
    }

    mutating func endAdmitting(key: String, isHeld: Bool) {
        entries[key]?.admitting -= 1
        if isHeld { entries[key]?.isSpent = true }
    }

    // MARK: - Ending

    /// What the decision about an end rests on.
    struct Candidate {
        let lease: Lease
        let usedAt: Milliseconds
        let isSpent: Bool
    }

    /// Takes leases out of use, to be ended; those for which a request is being admitted stay.
    mutating func takeOut(where isOver: (Candidate) -> Bool) -> [Lease] {
        var taken: [Lease] = []
        for (key, entry) in entries where entry.admitting == 0 && !entry.isEnding {
            guard isOver(Candidate(lease: entry.lease, usedAt: entry.usedAt, isSpent: entry.isSpent)) else { continue }
            entries[key]?.isEnding = true
            taken.append(entry.lease)
        }
        return taken
    }

    /// A lease that was taken out is not ended yet.
    mutating func putBack(_ lease: Lease) { entries[lease.key]?.isEnding = false }

    /// The ledger has ended it.
    mutating func remove(_ lease: Lease) { entries[lease.key] = nil }

    /// The same for one that may not have been.
    mutating func forget(doubtful id: String) { doubtful.remove(id) }
}
