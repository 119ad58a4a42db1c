/// How a server goes on while it cannot reach the ledger, and tells it afterwards.
extension Ledger {
    /// Whether requests of some key can be billed now: in the ledger, or from a lease.
    package var canBill: Bool { !isFailing || branch?.canSpend == true }

    /// How many leases it has.
    package var leaseCount: Int { branch?.withDesk { $0.count } ?? 0 }

    /// Whether a key has a lease that it could spend now.
    package func hasLease(key: String?) -> Bool {
        guard let key, let branch else { return false }
        return branch.withDesk { $0.hasLease(key: key) }
    }

    /// All leases without an end, oldest first.
    ///
    /// - Throws: `LedgerError.storage`.
    package func leases() async throws(LedgerError) -> [Lease] {
        try await read { reader throws(StoreError) in try reader.leases() }
    }

    /// Ends a lease whose server will never tell what it spent: its account gets all of it back.
    ///
    /// - Returns: The lease as it was.
    /// - Throws: `LedgerError.unknownLease`, `.storage`.
    package func giveUpLease(_ id: String) async throws(LedgerError) -> Lease {
        try await perform { work throws(LedgerError) in
            guard let lease = try work.lease(id) else { throw .unknownLease(id) }
            try work.endLease(id, .givenUp)
            return lease
        }
    }

    /// The books that a request is in.
    func place(of requestID: String) -> Ledger? {
        guard let branch, branch.has(requestID) else { return nil }
        return branch.ledger
    }

    /// The lease to ask for together with a request's hold; `nil` if none is needed.
    func leaseWish(for request: HoldRequest) -> LeaseWish? {
        guard let branch, let key = request.key, branch.withDesk({ $0.asks(for: key, at: now()) }) else { return nil }
        let id = KeySecret.randomIdentifier("lease_")
        return LeaseWish(id: id, account: request.account, key: key, amount: branch.amount)
    }

    /// Notes what came of a wish.
    func note(_ granted: (Lease, APIKey)?, for wish: LeaseWish) {
        let now = now()
        branch?.withDesk { desk in
            if let (lease, key) = granted { desk.add(lease, key, at: now) } else { desk.drop(wish.id, key: wish.key) }
        }
    }

    /// Notes that nothing came of it, or that nobody knows.
    func drop(_ wish: LeaseWish, after error: LedgerError) {
        let isDoubtful = if case .storage(.doubtful) = error { true } else { false }
        branch?.withDesk { $0.drop(wish.id, key: wish.key, isDoubtful: isDoubtful) }
    }

    /// Holds a request from the lease of its key.
    func holdFromLease(_ request: HoldRequest) async -> HoldOutcome? { await branch?.hold(request, at: now()) }

    /// Tells the ledger what was spent of leases, and ends those that are no longer needed; a failure is made up for by the
    /// next time.
    ///
    /// - Parameter all: Whether all are to be ended.
    func settleLeases(all: Bool = false) async {
        guard let branch else { return }
        while !branch.beginSettling() {
            // Whoever tells already may have left the last ones out.
            guard all else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
        defer { branch.endSettling() }
        guard let over = try? await overLeases(branch, all: all) else { return }
        do throws(LedgerError) {
            // In this order: what ends after the first is told by the next time, and its lease stays until then.
            let inUse = try await branch.leasesInUse()
            let isTold = try await tell(branch)
            for lease in over {
                if isTold, !inUse.contains(lease.id) {
                    try await end(lease, branch)
                } else {
                    branch.withDesk { $0.putBack(lease) }
                }
            }
            for id in branch.withDesk({ $0.doubtful }) {
                try await perform { work throws(LedgerError) in try work.endLease(id) }
                branch.withDesk { $0.forget(doubtful: id) }
            }
        } catch {
            for lease in over { branch.withDesk { $0.putBack(lease) } }
        }
    }

    /// Gives back leases of an account of which nothing was spent, because it needs the money for a request.
    ///
    /// - Returns: Whether there were any.
    func giveBackLeases(of account: String) async -> Bool {
        guard let branch else { return false }
        let taken = branch.withDesk { $0.takeOut { $0.lease.account == account && !$0.isSpent } }
        for lease in taken {
            do throws(LedgerError) {
                try await end(lease, branch)
            } catch {
                branch.withDesk { $0.putBack(lease) }
            }
        }
        return !taken.isEmpty
    }

    /// Ends a lease that was taken out of use.
    ///
    /// - Throws: `LedgerError.storage`; one that may have ended all the same is not to be used again.
    private func end(_ lease: Lease, _ branch: LeaseBranch) async throws(LedgerError) {
        do throws(LedgerError) {
            try await perform { work throws(LedgerError) in try work.endLease(lease.id) }
        } catch {
            guard case .storage(.doubtful) = error else { throw error }
            branch.withDesk { $0.drop(lease.id, key: lease.key, isDoubtful: true) }
        }
        branch.withDesk { $0.remove(lease) }
    }

    /// Takes those leases out of use that have been spent from, were not needed for long, began on another day, or must not
    /// be any more.
    private func overLeases(_ branch: LeaseBranch, all: Bool) async throws(LedgerError) -> [Lease] {
        let now = now()
        let idle = Int(branch.idleMax / .milliseconds(1))
        let forbidden = try await read { reader throws(StoreError) -> Set<String> in
            var ids: Set<String> = []
            for lease in try reader.leases() where lease.instance == self.instance {
                guard let account = try reader.account(named: lease.account), let key = try reader.key(id: lease.key),
                    LeaseRules.mayLease(account: account, key: key, at: now)
                else {
                    ids.insert(lease.id)
                    continue
                }
            }
            return ids
        }
        return branch.withDesk {
            $0.takeOut { candidate in
                all || candidate.isSpent || now - candidate.usedAt > idle || forbidden.contains(candidate.lease.id)
                    || CivilTime.dayStart(candidate.lease.begunAt) != CivilTime.dayStart(now)
            }
        }
    }

    /// Tells the ledger of requests that ended in a server's own books.
    ///
    /// - Returns: Whether nothing is left to be told.
    private func tell(_ branch: LeaseBranch) async throws(LedgerError) -> Bool {
        while true {
            let (batch, next) = try await branch.nextBatch()
            guard let lost = try await tell(batch) else { return false }
            branch.note(batch, next)
            for request in lost { branch.report(request) }
            if batch.isLast { return true }
        }
    }

    /// Tells the ledger of some of them, in one transaction.
    ///
    /// - Returns: Which of them are billed to nobody, for their leases were given up; `nil` if one of them must wait: then all
    ///   are told again, which doubles none.
    private func tell(_ batch: LeaseSpool.Batch) async throws(LedgerError) -> [LeasedRequest]? {
        if batch.requests.isEmpty { return [] }
        return try await perform { work throws(LedgerError) in
            var lost: [LeasedRequest] = []
            for request in batch.requests {
                switch try work.tell(request) {
                case .written: break
                case .lost: lost.append(request)
                case .waits: return nil
                }
            }
            for totals in batch.totals { work.note(totals) }
            return lost
        }
    }
}

// MARK: - What dead runs left

extension Ledger {
    /// Tells the ledger what a dead run has spent of its leases, and ends them.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - branch: Its books.
    /// - Returns: Whether all is told and ended; if not, try again.
    /// - Throws: `LedgerError` if one of the two ledgers fails.
    package func settle(leftBy run: String, _ branch: LeaseBranch) async throws(LedgerError) -> Bool {
        _ = try await branch.ledger.recover()
        guard try await tell(branch) else { return false }
        let left = try await leases().filter { $0.instance == run }
        for lease in left { try await perform { work throws(LedgerError) in try work.endLease(lease.id) } }
        return true
    }
}

extension HoldOutcome {
    /// Whether money that is set aside elsewhere could help.
    var lacksMoney: Bool {
        switch self {
        case .refused(.insufficientFunds, _): true
        case .refused(.limitExceeded(let excess), _): [.perDay, .perMonth].contains(excess.limit)
        default: false
        }
    }
}

extension LedgerError {
    /// Whether the store surely did nothing because it could not be reached.
    var isCutOff: Bool {
        guard case .storage(let error) = self, !error.isLasting else { return false }
        if case .doubtful = error { return false }
        return true
    }
}
