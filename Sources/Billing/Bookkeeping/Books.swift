/// The states that one entry can change: its account, its key, the hold of its request, and the lease it is about.
package struct Books: Hashable, Sendable {
    package var account: Account?
    package var key: APIKey?
    package var hold: OpenHold?
    package var lease: Lease?

    package init(account: Account? = nil, key: APIKey? = nil, hold: OpenHold? = nil, lease: Lease? = nil) {
        self.account = account
        self.key = key
        self.hold = hold
        self.lease = lease
    }
}

extension Books {
    /// The states after an entry.
    ///
    /// The running ledger and `ledger verify` both come here: balances are nothing but what the journal says.
    ///
    /// - Throws: `LedgerError.inconsistent` if the entry cannot follow on these states.
    package func applying(_ entry: JournalEntry) throws(LedgerError) -> Books {
        var books = self
        switch entry.event {
        case .accountCreated(let terms):
            guard account == nil else { throw entry.fault("creates an account that exists") }
            books.account = Account(name: entry.account, terms: terms, at: entry.time)
        case .accountChanged, .accountClosed, .grant, .creditGrant, .surplusCharge:
            guard var account else { throw entry.fault("is about an account that does not exist") }
            try account.apply(entry)
            books.account = account
        case .keyCreated(let terms, let digest):
            guard key == nil, account != nil, let id = entry.key else { throw entry.fault("creates a key in vain") }
            books.key = APIKey(id: id, account: entry.account, terms: terms, digest: digest, at: entry.time)
        case .keyChanged, .keyRotated, .keyRevoked:
            guard var key, key.account == entry.account else { throw entry.fault("is about a key that does not exist") }
            key.apply(entry)
            books.key = key
        case .hold(let terms) where terms.lease != nil: try books.beginLeased(terms, entry)
        case .hold(let terms): try books.begin(terms, entry)
        case .holdExtended(let extended): try books.extend(extended, entry)
        case .capture(let settlement), .recovered(let settlement):
            let thinking = settlement.billed.thinking
            let tokens = settlement.usage.prompt + settlement.usage.completion
            try books.end(entry, amount: settlement.amount, tokens: tokens, thinking: thinking)
        case .void: try books.end(entry, amount: .zero, tokens: 0, thinking: 0)
        case .lease(let terms): try books.setAside(terms, entry)
        case .leaseEnded(let end): try books.giveBack(end, entry)
        }
        return books
    }

    private mutating func begin(_ terms: HoldTerms, _ entry: JournalEntry) throws(LedgerError) {
        guard hold == nil, let requestID = entry.reference, var account else { throw entry.fault("holds in vain") }
        let amount = terms.amount ?? .zero
        let thinking = terms.choices * terms.thinkingBound
        account.advance(to: entry.time)
        if var credits = account.credits {
            let price = terms.prices?.surplusThinking ?? .zero
            let reservation = credits.reserve(tokens: thinking, surplusPrice: price)
            guard reservation == terms.credits else { throw entry.fault("reserves credits that are not there") }
            account.credits = credits
        }
        do {
            account.held = try account.held.adding(amount)
            let bound = terms.tokenBound
            try account.windows.begin(tokens: bound, thinking: thinking, amount: amount, at: entry.time)
            try key?.windows.begin(tokens: bound, thinking: thinking, amount: amount, at: entry.time)
        } catch {
            throw .moneyOverflow
        }
        self.account = account
        hold = OpenHold(
            requestID: requestID,
            account: entry.account,
            key: entry.key,
            terms: terms,
            begunAt: entry.time
        )
    }

    private mutating func extend(_ extended: ExtendedHold, _ entry: JournalEntry) throws(LedgerError) {
        guard var hold, var account, hold.account == entry.account, hold.key == entry.key,
            hold.begunAt == extended.begunAt, extended.terms.thinkingBound > hold.terms.thinkingBound,
            extended.terms.isOtherwise(equalTo: hold.terms)
        else { throw entry.fault("extends a hold that is not there") }
        let (old, new) = (hold.terms, extended.terms)
        let thinking = new.choices * (new.thinkingBound - old.thinkingBound)
        account.advance(to: entry.time)
        if let before = old.credits, var credits = account.credits {
            let price = new.prices?.surplusThinking ?? .zero
            let more = credits.reserve(tokens: thinking, surplusPrice: price)
            guard new.credits == before + more else { throw entry.fault("reserves credits that are not there") }
            account.credits = credits
        } else if new.credits != old.credits {
            throw entry.fault("reserves credits that are not there")
        }
        do {
            let amount = try (new.amount ?? .zero).subtracting(old.amount ?? .zero)
            account.held = try account.held.adding(amount)
            func count(_ windows: inout UsageWindows) throws(MoneyOverflow) {
                try windows.extend(thinking: thinking, amount: amount, begunAt: hold.begunAt, at: entry.time)
            }
            try count(&account.windows)
            if var key {
                try count(&key.windows)
                self.key = key
            }
        } catch {
            throw .moneyOverflow
        }
        self.account = account
        hold.terms = new
        self.hold = hold
    }

    private mutating func end(
        _ entry: JournalEntry,
        amount: PicoUSD?,
        tokens: Int,
        thinking: Int
    ) throws(LedgerError) {
        guard let hold, var account, hold.account == entry.account, hold.key == entry.key else {
            throw entry.fault("ends a request that has no hold")
        }
        let terms = hold.terms
        let amount = amount ?? .zero
        let bound = terms.choices * terms.thinkingBound
        account.advance(to: entry.time)
        if let reservation = terms.credits {
            guard account.credits != nil, CreditAmount(credits: thinking) <= reservation.total else {
                throw entry.fault("spends more credits than were reserved")
            }
            _ = account.credits?.settle(reservation, usedTokens: thinking)
        }
        do {
            let heldAmount = terms.amount ?? .zero
            var unused = try heldAmount.subtracting(amount)
            account.held = try account.held.subtracting(heldAmount)
            account.captured = try account.captured.adding(amount)
            if terms.lease != nil {
                // What was not used stays set aside.
                try returnToLease(unused, &account, entry)
                unused = .zero
            }
            func close(_ windows: inout UsageWindows) throws(MoneyOverflow) {
                windows.roll(to: entry.time)
                try windows.end(
                    unusedTokens: terms.tokenBound - tokens,
                    unusedThinking: bound - thinking,
                    unusedAmount: unused,
                    begunAt: hold.begunAt
                )
            }
            try close(&account.windows)
            if var key {
                try close(&key.windows)
                self.key = key
            }
        } catch let error as LedgerError {
            throw error
        } catch {
            throw .moneyOverflow
        }
        self.account = account
        self.hold = nil
    }
}

extension JournalEntry {
    /// The error for an entry that cannot be.
    package func fault(_ what: String) -> LedgerError { .inconsistent("entry \(seq) (\(event.kind.rawValue)) \(what)") }
}
