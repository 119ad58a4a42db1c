/// Leases: their beginning, what was spent of them, and their end.
extension LedgerWork {
    /// Sets money aside for this run.
    ///
    /// - Returns: The lease and its key; `nil` if there is none to be had.
    func grantLease(_ wish: LeaseWish) throws(LedgerError) -> (Lease, APIKey)? {
        guard let account = try account(wish.account), let key = try key(wish.key) else { return nil }
        let amount = try LedgerError.checking { () throws(MoneyOverflow) in
            try LeaseRules.amount(atMost: wish.amount, account: account, key: key, at: now)
        }
        guard let amount else { return nil }
        let terms = LeaseTerms(amount: amount, instance: instance)
        let books = try record(.lease(terms), account: wish.account, key: wish.key, reference: wish.id)
        guard let lease = books.lease else { preconditionFailure("setting aside leaves a lease") }
        return (lease, key)
    }

    /// Gives back what is left of a lease; does nothing if it has ended.
    func endLease(_ id: String, _ reason: LeaseEnd.Reason = .returned) throws(LedgerError) {
        guard let lease = try lease(id) else { return }
        _ = try existingAccount(lease.account)
        let end = LeaseEnd(reason: reason, left: lease.left, instance: lease.instance)
        try record(.leaseEnded(end), account: lease.account, key: lease.key, reference: id)
    }

    /// What became of a request that was told.
    enum Told: Sendable {
        /// It is in the journal, from now on or before.
        case written
        /// Another attempt of the same request is running, and must end first: this one pays what exceeds it.
        case waits
        /// Its lease was given up, so that nobody pays.
        case lost
    }

    /// Writes a request that ended while its server was cut off: hold and end at once, paid from the lease.
    ///
    /// What earlier attempts of the same request were billed is known here only, so that only what exceeds it is billed.
    func tell(_ request: LeasedRequest) throws(LedgerError) -> Told {
        guard try terminalEntry(request.requestID) == nil else { return .written }
        guard let lease = try lease(request.leaseID) else { return .lost }
        let known = try knownRecord(of: request, account: lease.account)
        let earlier = try known.flatMap { known throws(LedgerError) in try isSame(known, request) ? known : nil }
        if earlier?.state == .running { return .waits }
        var terms = request.terms
        terms.lease = lease.reference
        terms.earlier = earlier?.billed
        let hold = OpenHold(
            requestID: request.requestID,
            account: lease.account,
            key: lease.key,
            terms: terms,
            begunAt: lease.begunAt
        )
        let end = try hold.end(as: request.end)
        guard terms.amount ?? .zero <= lease.left else { throw .exceedsHold(request.requestID) }
        _ = try existingAccount(lease.account)
        try record(.hold(terms), account: lease.account, key: lease.key, reference: request.requestID)
        try record(end, account: lease.account, key: lease.key, reference: request.requestID, hold: hold)
        if let billed = end.settlement?.billed {
            if let earlier {
                try add(request, billed, to: earlier)
            } else {
                try remember(request, known, billed, lease.account)
            }
        }
        return .written
    }

    /// What is known of the client's claim, if it concerns this request.
    private func knownRecord(
        of request: LeasedRequest,
        account: String
    ) throws(LedgerError) -> IdempotencyRecord? {
        guard let record = request.record else { return nil }
        let digest = AttemptDigest.unmarked(record.keyDigest).digest
        let known = try LedgerError.storing { () throws(StoreError) in
            try store.idempotencyRecord(account: account, keyDigest: digest)
        }
        guard let known, known.state == .running || now < known.expiresAt else { return nil }
        return known
    }

    /// Whether what is known of a claim is about other attempts of the same request.
    ///
    /// A client that has a name for it says so. Of one that only counts attempts, a first one is new, whatever came before:
    /// unless it broke off, and another server has seen later attempts and no first one.
    private func isSame(_ known: IdempotencyRecord, _ request: LeasedRequest) throws(LedgerError) -> Bool {
        guard let record = request.record, known.bodyDigest == record.bodyDigest else { return false }
        guard AttemptDigest.unmarked(record.keyDigest).isAttempt else { return true }
        guard request.isBrokenOff else { return false }
        return try holdTerms(known.requestID)?.followsUnknown == true
    }

    /// Notes what one more attempt was billed; an answer that was given before stays the one to be repeated.
    private func add(
        _ request: LeasedRequest,
        _ billed: TokenUsage,
        to earlier: IdempotencyRecord
    ) throws(LedgerError) {
        var updated = earlier
        updated.billed += billed
        if updated.response == nil, let response = request.record?.response {
            (updated.requestID, updated.state, updated.response) = (request.requestID, .done, response)
        }
        let record = updated
        try LedgerError.storing { () throws(StoreError) in try store.put(record) }
    }

    /// Notes the first attempt that anybody hears of.
    private func remember(
        _ request: LeasedRequest,
        _ known: IdempotencyRecord?,
        _ billed: TokenUsage,
        _ account: String
    ) throws(LedgerError) {
        guard let record = request.record else { return }
        // The name of another body stays with it, and what runs with whoever was first.
        if let known, known.state == .running || known.bodyDigest != record.bodyDigest { return }
        let updated = IdempotencyRecord(
            account: account,
            keyDigest: AttemptDigest.unmarked(record.keyDigest).digest,
            bodyDigest: record.bodyDigest,
            requestID: request.requestID,
            seed: record.seed,
            state: record.response == nil ? .aborted : .done,
            billed: billed,
            response: record.response,
            expiresAt: record.expiresAt
        )
        try LedgerError.storing { () throws(StoreError) in try store.put(updated) }
    }
}

extension OpenHold {
    /// The end of a request by the rules of this hold, as another hold for the same has ended.
    fileprivate func end(as event: LedgerEvent) throws(LedgerError) -> LedgerEvent {
        guard let told = event.settlement else { return event }
        var settlement = try settlement(of: told.usage)
        settlement.engine = told.engine
        settlement.reported = told.reported
        settlement.isAborted = told.isAborted
        return if case .recovered = event { .recovered(settlement) } else { .capture(settlement) }
    }
}
