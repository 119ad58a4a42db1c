/// Quotes, usage, invoices, exports and checks.
extension Ledger {
    /// How many entries are read at a time.
    private static let pageSize = 1000

    /// What a request would cost; nothing is written.
    ///
    /// - Parameters:
    ///   - request: The request; its id and idempotency do not matter.
    ///   - cachedTokens: Prompt tokens that would not be computed again.
    /// - Returns: The quote.
    /// - Throws: `LedgerError.unknownAccount`, `.unknownKey`, `.storage`.
    package func quote(_ request: HoldRequest, cachedTokens: Int) async throws(LedgerError) -> Quote {
        guard request.isPlausible else { throw .invalid(field: "request", rule: "has counts out of range") }
        let now = now()
        let prices = prices.prices(of: request.model)
        let limit = settings.expectationRequests
        let (known, key, history) = try await read { reader throws(StoreError) in
            (
                try reader.account(named: request.account), try request.key.map(reader.key(id:)) ?? nil,
                try reader.recentCaptures(account: request.account, limit: limit).compactMap(\.event.settlement)
            )
        }
        let local = request.account == Account.localName
        let fresh = local ? Account(name: request.account, terms: Account.localTerms, at: now) : nil
        guard let account = known ?? fresh else { throw .unknownAccount(request.account) }
        if let id = request.key, key == nil { throw .unknownKey(id) }
        return try LedgerError.checking { () throws(MoneyOverflow) in
            let draft = try Admission.draft(request, account, key, prices, instance: instance, at: now)
            return try Quote(terms: draft.terms, cachedTokens: cachedTokens, history: history)
        }
    }

    /// What was used between two moments.
    ///
    /// - Parameters:
    ///   - account: The account; `nil` is all.
    ///   - grouping: By what rows are made.
    ///   - start: The first moment.
    ///   - end: The moment behind the last.
    /// - Returns: The report.
    /// - Throws: `LedgerError.storage`.
    package func usage(
        account: String?,
        by grouping: UsageReport.Grouping,
        from start: Milliseconds,
        until end: Milliseconds
    ) async throws(LedgerError) -> UsageReport {
        var report = UsageReport(grouping: grouping, start: start, end: end)
        var seq = 0
        while true {
            let after = seq
            let page = try await read { reader throws(StoreError) in
                let size = Ledger.pageSize
                return try reader.billedEntries(account: account, from: start, until: end, after: after, limit: size)
            }
            do {
                for entry in page { try report.add(entry) }
            } catch {
                throw .moneyOverflow
            }
            guard let last = page.last, page.count == Ledger.pageSize else { return report }
            seq = last.seq
        }
    }

    /// What an account owes for a month; surplus of thinking credits of a month that is over is charged first.
    ///
    /// - Parameters:
    ///   - name: The account.
    ///   - month: A moment of the month.
    /// - Returns: The invoice.
    /// - Throws: `LedgerError.unknownAccount`, `.storage`.
    package func invoice(_ name: String, month: Milliseconds) async throws(LedgerError) -> Invoice {
        let (start, end) = (CivilTime.monthStart(month), CivilTime.nextMonthStart(month))
        let exists = try await perform { work throws(LedgerError) in try work.account(name) != nil }
        guard exists || name == Account.localName else { throw .unknownAccount(name) }
        let result = try await read { reader throws(StoreError) -> Result<Invoice, MoneyOverflow> in
            var invoice = Invoice(account: name, month: start)
            invoice.openRequests = try reader.openHolds().count {
                $0.account == name && (start..<end).contains($0.begunAt)
            }
            var seq = 0
            while true {
                let size = Ledger.pageSize
                let page = try reader.billedEntries(account: name, from: start, until: end, after: seq, limit: size)
                for entry in page {
                    let prices = try Ledger.prices(of: entry, reader)
                    do throws(MoneyOverflow) { try invoice.add(entry, prices: prices) } catch { return .failure(error) }
                }
                guard let last = page.last, page.count == size else { return .success(invoice) }
                seq = last.seq
            }
        }
        do { return try result.get() } catch { throw .moneyOverflow }
    }

    /// The prices at which a request was held.
    private static func prices(of entry: JournalEntry, _ reader: any LedgerReader) throws(StoreError) -> UnitPrices? {
        guard entry.event.settlement?.amount != nil, let requestID = entry.reference,
            let hold = try reader.holdEntry(requestID: requestID), case .hold(let terms) = hold.event
        else { return nil }
        return terms.prices
    }

    /// Entries behind a cursor, at most a page of them.
    ///
    /// - Parameter cursor: The `seq` of the last entry that is known; 0 begins.
    /// - Returns: The entries in order; none if there are no more.
    /// - Throws: `LedgerError.storage`.
    package func entries(after cursor: Int) async throws(LedgerError) -> [JournalEntry] {
        try await read { reader throws(StoreError) in try reader.entries(after: cursor, limit: Ledger.pageSize) }
    }

    /// The hash of the first entry, which names the ledger.
    ///
    /// - Returns: 16 hexadecimal digits; zeros for an empty ledger.
    /// - Throws: `LedgerError.storage`.
    package func ledgerID() async throws(LedgerError) -> String {
        let first = try await read { reader throws(StoreError) in try reader.entries(after: 0, limit: 1).first }
        return String(Hexadecimal.text(first?.hash ?? JournalEntry.genesisHash).prefix(16))
    }

    /// Recomputes everything from the journal and compares.
    ///
    /// - Returns: What was counted and what was found wrong.
    /// - Throws: `LedgerError.storage` if the store cannot be read.
    package func verify() async throws(LedgerError) -> Verification {
        try await read { reader throws(StoreError) in try Verification(of: reader) }
    }

    /// Compares what the engine counted, what the ledger says and what clients were told.
    ///
    /// - Returns: What was counted and what was found wrong.
    /// - Throws: `LedgerError.storage` if the store cannot be read.
    package func reconcile() async throws(LedgerError) -> Reconciliation {
        try await read { reader throws(StoreError) in try Reconciliation(of: reader) }
    }
}

extension Invoice {
    /// Adds an entry that bills something.
    fileprivate mutating func add(_ entry: JournalEntry, prices: UnitPrices?) throws(MoneyOverflow) {
        if case .surplusCharge(let charge) = entry.event {
            try add(charge)
        } else if let settlement = entry.event.settlement {
            try add(settlement, prices: prices)
        }
    }
}
