/// What leases do to account, key and lease.
extension Books {
    /// Money is set aside, and counts as if it were spent.
    mutating func setAside(_ terms: LeaseTerms, _ entry: JournalEntry) throws(LedgerError) {
        guard lease == nil, let id = entry.reference, var account, var key, key.account == entry.account,
            terms.amount > .zero
        else { throw entry.fault("sets money aside in vain") }
        account.advance(to: entry.time)
        key.windows.roll(to: entry.time)
        do {
            account.held = try account.held.adding(terms.amount)
            try account.windows.charge(terms.amount, at: entry.time)
            try key.windows.charge(terms.amount, at: entry.time)
        } catch {
            throw .moneyOverflow
        }
        lease = Lease(
            id: id,
            account: account.name,
            key: key.id,
            instance: terms.instance,
            begunAt: entry.time,
            left: terms.amount
        )
        self.account = account
        self.key = key
    }

    /// What is left of a lease goes back to where it came from.
    mutating func giveBack(_ end: LeaseEnd, _ entry: JournalEntry) throws(LedgerError) {
        guard let lease, var account, var key, lease.isOf(entry), end.left == lease.left,
            end.instance == lease.instance
        else { throw entry.fault("ends a lease that is not there") }
        account.advance(to: entry.time)
        key.windows.roll(to: entry.time)
        do {
            account.held = try account.held.subtracting(lease.left)
            let unspent = try PicoUSD.zero.subtracting(lease.left)
            try account.windows.charge(unspent, at: lease.begunAt)
            try key.windows.charge(unspent, at: lease.begunAt)
        } catch {
            throw .moneyOverflow
        }
        self.account = account
        self.key = key
        self.lease = nil
    }

    /// A request that ran while its server was cut off is held from the lease, after the fact.
    mutating func beginLeased(_ terms: HoldTerms, _ entry: JournalEntry) throws(LedgerError) {
        let amount = terms.amount ?? .zero
        guard hold == nil, let requestID = entry.reference, var account, var key, var lease, lease.isOf(entry),
            terms.lease == lease.reference, terms.instance == lease.instance, terms.credits == nil, amount <= lease.left
        else { throw entry.fault("holds what was not set aside") }
        account.advance(to: entry.time)
        let thinking = terms.choices * terms.thinkingBound
        let (bound, begunAt) = (terms.tokenBound, lease.begunAt)
        account.windows.beginLeased(tokens: bound, thinking: thinking, begunAt: begunAt, at: entry.time)
        key.windows.beginLeased(tokens: bound, thinking: thinking, begunAt: begunAt, at: entry.time)
        do { lease.left = try lease.left.subtracting(amount) } catch { throw .moneyOverflow }
        self.account = account
        self.key = key
        self.lease = lease
        hold = OpenHold(requestID: requestID, account: entry.account, key: entry.key, terms: terms, begunAt: begunAt)
    }

    /// What such a request did not use is there for the next one.
    mutating func returnToLease(
        _ unused: PicoUSD,
        _ account: inout Account,
        _ entry: JournalEntry
    ) throws {
        guard var lease, lease.isOf(entry), lease.reference == hold?.terms.lease else {
            throw entry.fault("spends from a lease that is not there")
        }
        account.held = try account.held.adding(unused)
        lease.left = try lease.left.adding(unused)
        self.lease = lease
    }
}

extension Lease {
    /// What a request says that is paid from it.
    package var reference: LeaseReference { LeaseReference(id: id, begunAt: begunAt) }

    fileprivate func isOf(_ entry: JournalEntry) -> Bool { account == entry.account && key == entry.key }
}
