/// The life of a charge: hold, checkpoint, and exactly one end.
extension LedgerWork {
    /// Decides about a request and, if it is admitted, writes its hold.
    func hold(
        _ request: HoldRequest,
        prices: UnitPrices?,
        idempotencyLifetime: Milliseconds,
        repeats: Bool = true
    ) throws(LedgerError) -> HoldOutcome {
        guard request.isPlausible else { throw .invalid(field: "request", rule: "has counts out of range") }
        let record = try idempotencyRecord(of: request)
        if let record, let outcome = outcome(of: record, for: request) { return outcome }
        if !repeats, record != nil || request.idempotency?.origin == .laterAttempt {
            return .refused(.attemptUnknown, .none)
        }
        guard try openHold(request.requestID) == nil, try terminalEntry(request.requestID) == nil else {
            throw .requestExists(request.requestID)
        }
        let isLocal = request.account == Account.localName
        guard let account = isLocal ? try existingAccount(request.account) : try account(request.account) else {
            return .refused(.accountUnknown(request.account), .none)
        }
        var key: APIKey?
        if let id = request.key {
            key = try self.key(id)
            guard key?.account == request.account else { return .refused(.keyUnknown, .none) }
        }
        let decision = try LedgerError.checking { () throws(MoneyOverflow) in
            try Admission.decide(
                request,
                account: account,
                key: key,
                prices: prices,
                earlier: record?.billed,
                instance: instance,
                at: now
            )
        }
        guard case .admitted(var terms, let isCut) = decision else {
            guard case .refused(let refusal) = decision else { preconditionFailure("a decision has two cases") }
            return .refused(refusal, Admission.rateLimits(account: account, key: key, at: now))
        }
        if try followsUnknown(request, earlier: record) { terms.followsUnknown = true }
        let books = try self.record(
            .hold(terms),
            account: account.name,
            key: key?.id,
            reference: request.requestID
        )
        let seed = try remember(request, earlier: record, lifetime: idempotencyLifetime)
        return .held(
            Hold(
                requestID: request.requestID,
                account: account.name,
                key: key?.id,
                terms: terms,
                begunAt: now,
                isCutByCredits: isCut,
                rateLimits: Admission.rateLimits(account: books.account ?? account, key: books.key, at: now),
                credits: books.account?.credits?.report,
                seed: seed
            )
        )
    }

    /// Decides about a longer thought of a running request and, if it is granted, raises the hold.
    func extend(_ requestID: String, by tokens: Int, atMost most: Int) throws(LedgerError) -> ExtensionOutcome {
        guard let hold = try openHold(requestID) else { throw .unknownRequest(requestID) }
        let account = try existingAccount(hold.account)
        let key = try hold.key.flatMapFound(key)
        let decision = try LedgerError.checking { () throws(MoneyOverflow) in
            try Admission.extend(hold, by: tokens, atMost: most, account: account, key: key, at: now)
        }
        switch decision {
        case .refused(let refusal): return .refused(refusal)
        case .extended(let terms, let isCut):
            var extended = hold
            extended.terms = terms
            guard terms != hold.terms else { return .extended(extended, isCutByCredits: isCut) }
            try record(
                .holdExtended(ExtendedHold(begunAt: hold.begunAt, terms: terms)),
                account: hold.account,
                key: hold.key,
                reference: requestID,
                hold: hold
            )
            return .extended(extended, isCutByCredits: isCut)
        }
    }

    /// Bills a request; the same again gives the same receipt.
    func capture(_ capture: Capture, responseBytesMax: Int) throws(LedgerError) -> Receipt {
        guard let hold = try openHold(capture.requestID) else {
            return try receipt(ofSettled: capture)
        }
        var settlement = try hold.settlement(of: capture.usage)
        settlement.engine = capture.engine
        settlement.reported = capture.reported
        settlement.isAborted = capture.isAborted
        let books = try end(hold, .capture(settlement))
        note(capture.totals)
        var response = capture.isAborted ? nil : capture.response
        if let size = response?.body.count, size > responseBytesMax { response = nil }
        try settleIdempotency(hold, billed: settlement.billed, response: response)
        return try receipt(requestID: hold.requestID, settlement, prices: hold.terms.prices, books.account)
    }

    /// Ends a request without billing it; the same again does nothing.
    func void(
        requestID: String,
        reason: String,
        engine: TokenUsage?,
        totals: EngineTotals?
    ) throws(LedgerError) {
        guard let hold = try openHold(requestID) else {
            guard let entry = try terminalEntry(requestID) else { throw .unknownRequest(requestID) }
            guard case .void(let voiding) = entry.event, voiding.engine == engine else {
                throw .settledDifferently(requestID)
            }
            return
        }
        try end(hold, .void(Voiding(reason: reason, engine: engine, instance: hold.terms.instance)))
        note(totals)
        try forgetIdempotency(hold)
    }

    /// Voids a hold of which nobody knows whether it was written.
    func abandon(requestID: String) throws(LedgerError) {
        guard let hold = try openHold(requestID) else { return }
        try end(hold, .void(Voiding(reason: "hold_failed", engine: nil, instance: hold.terms.instance)))
        try forgetIdempotency(hold)
    }

    /// Bills a hold of a dead server at its last checkpoint.
    func recover(_ hold: OpenHold) throws(LedgerError) {
        var settlement = try hold.settlement(of: hold.checkpoint)
        settlement.isAborted = true
        try end(hold, .recovered(settlement))
        try settleIdempotency(hold, billed: settlement.billed, response: nil)
    }

    /// Writes down what has been sampled.
    func checkpoint(_ usage: [String: TokenUsage]) throws(LedgerError) {
        try LedgerError.storing { () throws(StoreError) in
            for (requestID, usage) in usage.sorted(by: { $0.key < $1.key }) {
                try store.setCheckpoint(usage, requestID: requestID)
            }
        }
    }

    @discardableResult
    private func end(_ hold: OpenHold, _ event: LedgerEvent) throws(LedgerError) -> Books {
        // The states must be the current ones, with the account's period closed.
        _ = try existingAccount(hold.account)
        return try record(event, account: hold.account, key: hold.key, reference: hold.requestID, hold: hold)
    }

    /// The receipt of a request that has ended: by the same capture, or because another replica took this one for dead.
    /// In that case the bill stays what it is; the engine's totals count the request all the same.
    private func receipt(ofSettled capture: Capture) throws(LedgerError) -> Receipt {
        let requestID = capture.requestID
        guard let entry = try terminalEntry(requestID) else { throw .unknownRequest(requestID) }
        guard let settlement = entry.event.settlement else { throw .settledDifferently(requestID) }
        if case .recovered = entry.event, settlement.instance == instance {
            note(capture.totals)
        } else {
            guard settlement.isSame(as: capture) else { throw .settledDifferently(requestID) }
        }
        let hold = try LedgerError.storing { () throws(StoreError) in try store.holdEntry(requestID: requestID) }
        guard let hold, case .hold(let terms) = hold.event else { throw entry.fault("ends a request without a hold") }
        return try receipt(requestID: requestID, settlement, prices: terms.prices, try account(entry.account))
    }

    private func receipt(
        requestID: String,
        _ settlement: Settlement,
        prices: UnitPrices?,
        _ account: Account?
    ) throws(LedgerError) -> Receipt {
        let cost = try LedgerError.checking { () throws(MoneyOverflow) in
            try prices?.cost(of: settlement.billed, surplusTokens: settlement.surplusTokens)
        }
        return Receipt(
            requestID: requestID,
            billed: settlement.billed,
            cost: cost,
            amount: settlement.amount,
            credits: account?.credits?.report,
            isDurable: true
        )
    }
}

extension Settlement {
    /// Whether it is what the capture tells.
    fileprivate func isSame(as capture: Capture) -> Bool {
        usage == capture.usage && engine == capture.engine && reported == capture.reported
            && isAborted == capture.isAborted
    }
}
