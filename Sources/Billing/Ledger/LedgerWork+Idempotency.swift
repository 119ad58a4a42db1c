/// What is remembered of requests that come with an idempotency key.
extension LedgerWork {
    /// The longest time between attempts that only their count makes the same request, milliseconds.
    private static let attemptLifetime = CivilTime.hour

    /// The record of an earlier attempt, if its time has not run out.
    func idempotencyRecord(of request: HoldRequest) throws(LedgerError) -> IdempotencyRecord? {
        guard let claim = request.idempotency, claim.origin != .firstAttempt else { return nil }
        let record = try storedRecord(of: claim, request)
        guard let record, record.state == .running || now < record.expiresAt else { return nil }
        return record
    }

    private func storedRecord(
        of claim: IdempotencyClaim,
        _ request: HoldRequest
    ) throws(LedgerError) -> IdempotencyRecord? {
        try LedgerError.storing { () throws(StoreError) in
            try store.idempotencyRecord(account: request.account, keyDigest: claim.keyDigest)
        }
    }

    /// The answer that a record gives without running anything; `nil` for an attempt that is to be run again.
    func outcome(of record: IdempotencyRecord, for request: HoldRequest) -> HoldOutcome? {
        guard record.bodyDigest == request.idempotency?.bodyDigest else { return .refused(.bodyDiffers, .none) }
        switch record.state {
        case .running: return .refused(.stillRunning(requestID: record.requestID), .none)
        case .done: return record.response.map { .replay($0, requestID: record.requestID) }
        case .aborted: return nil
        }
    }

    /// Whether a request is a later attempt of one that began elsewhere, as far as anybody knows.
    func followsUnknown(_ request: HoldRequest, earlier: IdempotencyRecord?) throws(LedgerError) -> Bool {
        guard request.idempotency?.origin == .laterAttempt else { return false }
        guard let earlier else { return true }
        return try holdTerms(earlier.requestID)?.followsUnknown == true
    }

    /// The terms with which a request began.
    func holdTerms(_ requestID: String) throws(LedgerError) -> HoldTerms? {
        let entry = try LedgerError.storing { () throws(StoreError) in try store.holdEntry(requestID: requestID) }
        guard case .hold(let terms) = entry?.event else { return nil }
        return terms
    }

    /// Writes down that a request runs.
    ///
    /// - Returns: The seed it is to use; `nil` without a key.
    func remember(
        _ request: HoldRequest,
        earlier: IdempotencyRecord?,
        lifetime: Milliseconds
    ) throws(LedgerError) -> UInt64? {
        guard let claim = request.idempotency else { return nil }
        if claim.origin == .firstAttempt, try storedRecord(of: claim, request)?.state == .running {
            // Somebody wants the same twice at once: the record stays with whoever was first.
            return nil
        }
        let lifetime = claim.origin == .key ? lifetime : min(lifetime, LedgerWork.attemptLifetime)
        let record = IdempotencyRecord(
            account: request.account,
            keyDigest: claim.keyDigest,
            bodyDigest: claim.bodyDigest,
            requestID: request.requestID,
            seed: earlier?.seed ?? claim.seed,
            state: .running,
            billed: earlier?.billed ?? .zero,
            response: nil,
            expiresAt: now + lifetime
        )
        try LedgerError.storing { () throws(StoreError) in try store.put(record) }
        return record.seed
    }

    /// Writes down the end of a request that was billed.
    func settleIdempotency(
        _ hold: OpenHold,
        billed: TokenUsage,
        response: StoredResponse?
    ) throws(LedgerError) {
        guard var record = try runningRecord(hold) else { return }
        record.state = response == nil ? .aborted : .done
        record.billed += billed
        record.response = response
        try LedgerError.storing { () throws(StoreError) in try store.put(record) }
    }

    /// Keeps the answer of a request that was billed; does nothing if another attempt has begun since.
    func keep(_ response: StoredResponse, of requestID: String) throws(LedgerError) {
        let found = try LedgerError.storing { () throws(StoreError) in
            try store.idempotencyRecord(requestID: requestID)
        }
        guard var record = found, record.state == .aborted else { return }
        record.state = .done
        record.response = response
        let kept = record
        try LedgerError.storing { () throws(StoreError) in try store.put(kept) }
    }

    /// Lets a request that was not billed begin anew, as if it had never been; what attempts before it were billed stays.
    func forgetIdempotency(_ hold: OpenHold) throws(LedgerError) {
        guard var record = try runningRecord(hold) else { return }
        let keyDigest = record.keyDigest
        if record.billed == .zero {
            try LedgerError.storing { () throws(StoreError) in
                try store.removeIdempotencyRecord(account: hold.account, keyDigest: keyDigest)
            }
        } else {
            record.state = .aborted
            let aborted = record
            try LedgerError.storing { () throws(StoreError) in try store.put(aborted) }
        }
    }

    private func runningRecord(_ hold: OpenHold) throws(LedgerError) -> IdempotencyRecord? {
        let record = try LedgerError.storing { () throws(StoreError) in
            try store.idempotencyRecord(requestID: hold.requestID)
        }
        return record?.state == .running ? record : nil
    }
}
