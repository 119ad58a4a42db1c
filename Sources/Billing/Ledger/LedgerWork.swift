/// One transaction of the ledger: reads through a small cache, records entries, and writes changed states at its end.
///
/// Operations first decide, which may throw, and then record, which only a failing store can stop; so a refused
/// operation leaves nothing behind for the others of its transaction.
///
/// - Note: Lives on the ledger's queue, within one call of `LedgerStore.write`.
final class LedgerWork {
    let store: any LedgerWriter
    /// The time of everything that is recorded.
    let now: Milliseconds
    /// Which run of a server works.
    let instance: String
    private var head: JournalHead
    private var accounts: [String: Account] = [:]
    private var changedAccounts: Set<String> = []
    private var keys: [String: APIKey] = [:]
    private var changedKeys: Set<String> = []
    private var totals: [String: EngineTotals] = [:]

    init(store: any LedgerWriter, head: JournalHead, now: Milliseconds, instance: String) {
        self.store = store
        self.head = head
        self.now = now
        self.instance = instance
    }

    /// The account, its period closed up to now.
    func account(_ name: String) throws(LedgerError) -> Account? {
        if accounts[name] == nil {
            accounts[name] = try LedgerError.storing { () throws(StoreError) in try store.account(named: name) }
        }
        guard let account = accounts[name] else { return nil }
        let charge = try LedgerError.checking { () throws(MoneyOverflow) in try account.periodCharge(at: now) }
        guard let charge else { return account }
        return try record(.surplusCharge(charge), account: name).account
    }

    /// The account, or an error if there is none; the local one comes into being when it is first needed.
    func existingAccount(_ name: String) throws(LedgerError) -> Account {
        if let account = try account(name) { return account }
        guard name == Account.localName else { throw .unknownAccount(name) }
        guard let account = try record(.accountCreated(Account.localTerms), account: name).account else {
            preconditionFailure("creating an account creates it")
        }
        return account
    }

    func key(_ id: String) throws(LedgerError) -> APIKey? {
        if keys[id] == nil {
            keys[id] = try LedgerError.storing { () throws(StoreError) in try store.key(id: id) }
        }
        return keys[id]
    }

    func openHold(_ requestID: String) throws(LedgerError) -> OpenHold? {
        try LedgerError.storing { () throws(StoreError) in try store.openHold(requestID: requestID) }
    }

    func lease(_ id: String) throws(LedgerError) -> Lease? {
        try LedgerError.storing { () throws(StoreError) in try store.lease(id: id) }
    }

    func terminalEntry(_ requestID: String) throws(LedgerError) -> JournalEntry? {
        try LedgerError.storing { () throws(StoreError) in try store.terminalEntry(requestID: requestID) }
    }

    /// Writes one entry into the journal and lets it have its effects.
    ///
    /// - Returns: The states after it.
    @discardableResult
    func record(
        _ event: LedgerEvent,
        account name: String,
        key keyID: String? = nil,
        reference: String? = nil,
        hold: OpenHold? = nil
    ) throws(LedgerError) -> Books {
        let entry = JournalEntry(
            after: head,
            time: now,
            account: name,
            key: keyID,
            reference: reference,
            event: event
        )
        let lease = try entry.leaseID(ending: hold).flatMapFound(lease)
        let books = try Books(account: accounts[name], key: try keyID.flatMapFound(key), hold: hold, lease: lease)
            .applying(entry)
        try LedgerError.storing { () throws(StoreError) in
            try store.append(entry)
            if let begun = books.hold, hold == nil { try store.open(begun) }
            if hold != nil, let extended = books.hold { try store.extend(extended, by: entry) }
            if let hold, books.hold == nil { try store.removeHold(requestID: hold.requestID) }
            if let changed = books.lease {
                if changed != lease { try store.put(changed) }
            } else if let lease {
                try store.removeLease(id: lease.id)
            }
        }
        head = entry.head
        if let account = books.account {
            accounts[name] = account
            changedAccounts.insert(name)
        }
        if let key = books.key {
            keys[key.id] = key
            changedKeys.insert(key.id)
        }
        return books
    }

    /// Notes the engine's totals; ends may be written in another order than they happened, so the highest count.
    func note(_ latest: EngineTotals?) {
        guard let latest, totals[latest.instance].map({ $0.requests <= latest.requests }) ?? true else { return }
        totals[latest.instance] = latest
    }

    /// Writes the states that have changed; the last act of a transaction.
    func finish() throws(StoreError) {
        for name in changedAccounts.sorted() {
            if let account = accounts[name] { try store.put(account) }
        }
        for id in changedKeys.sorted() {
            if let key = keys[id] { try store.put(key) }
        }
        guard !totals.isEmpty else { return }
        let known = try store.engineTotals()
        for latest in totals.values.sorted(by: { $0.instance < $1.instance }) {
            let isOld = known.contains { $0.instance == latest.instance && $0.requests > latest.requests }
            if !isOld { try store.put(latest) }
        }
    }
}

extension Optional<String> {
    /// What has that name, if there is a name.
    func flatMapFound<Found>(
        _ find: (String) throws(LedgerError) -> Found?
    ) throws(LedgerError) -> Found? {
        guard let self else { return nil }
        return try find(self)
    }
}
