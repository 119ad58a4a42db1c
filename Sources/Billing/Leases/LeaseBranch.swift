import Synchronization

/// What a server needs to go on while it cannot reach the ledger: its leases, and books of its own for what it spends.
///
/// The books are a second ledger, durable on the server's own disk, in which each lease is a prepaid account. So a request
/// has one hold and one end there too, whatever becomes of the server.
package final class LeaseBranch: Sendable {
    /// The books.
    let ledger: Ledger
    /// What a lease has at most.
    let amount: PicoUSD
    /// How long a lease waits for its key to ask again.
    let idleMax: Duration
    private let lose: @Sendable (_ requestID: String, _ lease: String) -> Void
    private let state = Mutex(State())

    private struct State {
        var desk = LeaseDesk()
        var spool = LeaseSpool()
        /// Leases that have an account in these books.
        var opened: Set<String> = []
        /// Requests that are in these books, until the ledger knows of them.
        var requests: Set<String> = []
        var isSettling = false
        var hasLost = false
    }

    /// - Parameters:
    ///   - ledger: The books, under the run's name.
    ///   - amount: What a lease has at most.
    ///   - idleMax: How long a lease waits for its key to ask again.
    ///   - lose: Told of requests that nobody will be billed for, because their lease was given up.
    package init(
        ledger: Ledger,
        amount: PicoUSD,
        idleMax: Duration = .seconds(600),
        lose: @escaping @Sendable (_ requestID: String, _ lease: String) -> Void = { _, _ in }
    ) {
        self.ledger = ledger
        self.amount = amount
        self.idleMax = idleMax
        self.lose = lose
    }

    /// Works with the leases.
    func withDesk<Result>(_ body: (inout LeaseDesk) -> Result) -> Result { state.withLock { body(&$0.desk) } }

    /// Whether a request is in these books.
    func has(_ requestID: String) -> Bool { state.withLock { $0.requests.contains(requestID) } }

    /// Whether there is a lease to spend.
    var canSpend: Bool { withDesk { $0.hasLeases } }

    /// Whether the lease of some request was given up.
    package var hasLost: Bool { state.withLock { $0.hasLost } }

    /// Whether the ledger knows everything, and no lease is left: the books may go.
    package var isClear: Bool { state.withLock { $0.requests.isEmpty && $0.desk.isEmpty } }
}

// MARK: - Spending

extension LeaseBranch {
    /// Sets aside what a request can cost at most from the lease of its key.
    ///
    /// - Returns: The hold, durable in these books, or an answer; `nil` if no lease pays for it.
    func hold(_ request: HoldRequest, at now: Milliseconds) async -> HoldOutcome? {
        guard let key = request.key, let lease = withDesk({ $0.beginAdmitting(key: key, at: now) }) else { return nil }
        var outcome: HoldOutcome?
        do throws(LedgerError) { outcome = try await hold(request, from: lease) } catch { outcome = nil }
        let isHeld = if case .held = outcome { true } else { false }
        state.withLock { state in
            state.desk.endAdmitting(key: key, isHeld: isHeld)
            if isHeld { state.requests.insert(request.requestID) }
        }
        return outcome
    }

    private func hold(_ request: HoldRequest, from lease: Lease) async throws(LedgerError) -> HoldOutcome? {
        try await open(lease)
        var leased = request
        (leased.account, leased.key) = (lease.id, nil)
        leased.idempotency = request.idempotency.map(AttemptDigest.marked)
        switch try await ledger.hold(leased) {
        case .refused(.stillRunning(let id), let limits): return .refused(.stillRunning(requestID: id), limits)
        case .refused(.bodyDiffers, let limits): return .refused(.bodyDiffers, limits)
        // The account may have more than the lease: nobody here knows.
        case .refused: return nil
        case let outcome: return outcome
        }
    }

    /// Makes the account of a lease, once.
    private func open(_ lease: Lease) async throws(LedgerError) {
        guard !state.withLock({ $0.opened.contains(lease.id) }) else { return }
        try await ledger.perform { work throws(LedgerError) in
            if try work.account(lease.id) == nil {
                _ = try work.createAccount(lease.id, terms: AccountTerms(kind: .prepaid))
            }
            _ = try work.grant(lease.left, to: lease.id, id: lease.id)
        }
        state.withLock { _ = $0.opened.insert(lease.id) }
    }
}

// MARK: - Telling

extension LeaseBranch {
    /// What the ledger is to be told next, and the state after that.
    func nextBatch() async throws(LedgerError) -> (LeaseSpool.Batch, LeaseSpool) {
        let spool = state.withLock { $0.spool }
        return try await ledger.read { reader throws(StoreError) in
            var next = spool
            return (try next.next(reader), next)
        }
    }

    /// The ledger has been told.
    func note(_ batch: LeaseSpool.Batch, _ next: LeaseSpool) {
        state.withLock { state in
            state.spool = next
            state.requests.subtract(batch.requests.map(\.requestID))
        }
    }

    /// A request's lease was given up.
    func report(_ request: LeasedRequest) {
        state.withLock { $0.hasLost = true }
        lose(request.requestID, request.leaseID)
    }

    /// The leases of which requests are running.
    func leasesInUse() async throws(LedgerError) -> Set<String> {
        Set(try await ledger.read { reader throws(StoreError) in try reader.openHolds().map(\.account) })
    }

    /// Lets one at a time tell.
    func beginSettling() -> Bool {
        state.withLock { state in
            defer { state.isSettling = true }
            return !state.isSettling
        }
    }

    func endSettling() { state.withLock { $0.isSettling = false } }
}
