/// What entries about an account itself do to it.
extension Account {
    mutating func apply(_ entry: JournalEntry) throws(LedgerError) {
        do {
            switch entry.event {
            case .accountChanged(let terms): change(to: terms, at: entry.time)
            case .accountClosed: closedAt = entry.time
            case .grant(let amount):
                if terms.kind == .capped {
                    terms.cap = try (terms.cap ?? .zero).adding(amount)
                } else {
                    granted = try granted.adding(amount)
                }
            case .creditGrant(let count): grant(credits: count, at: entry.time)
            case .surplusCharge(let charge): try pay(charge, entry)
            default: preconditionFailure("\(entry.event.kind) is not about an account alone")
            }
        } catch let error as LedgerError {
            throw error
        } catch {
            throw .moneyOverflow
        }
    }

    private mutating func change(to terms: AccountTerms, at time: Milliseconds) {
        self.terms = terms
        guard let plan = terms.plan else { return credits = nil }
        guard credits != nil else { return credits = CreditAccount(plan: plan, at: time) }
        credits?.accrue(to: time)
        credits?.change(to: plan)
    }

    /// An account without a plan gets one that only spends what it is granted.
    private mutating func grant(credits count: Int, at time: Milliseconds) {
        if credits == nil {
            terms.plan = .grantedOnly
            credits = CreditAccount(plan: .grantedOnly, at: time)
        }
        credits?.accrue(to: time)
        credits?.grant(credits: count)
    }

    private mutating func pay(_ charge: SurplusCharge, _ entry: JournalEntry) throws {
        guard var credits, charge.asOf <= entry.time else { throw entry.fault("charges credits in vain") }
        credits.accrue(to: charge.asOf)
        let price = credits.surplusPrice
        guard credits.chargeSurplus() == charge.tokens, charge.price == price,
            charge.amount == (try price.times(charge.tokens))
        else { throw entry.fault("charges another surplus than there is") }
        self.credits = credits
        captured = try captured.adding(charge.amount)
        windows.roll(to: entry.time)
        try windows.charge(charge.amount, at: charge.asOf)
    }

    /// The charge for surplus of a month that has ended by `now`; `nil` if there is none.
    ///
    /// The moment of closing is the last millisecond of the month.
    package func periodCharge(at now: Milliseconds) throws(MoneyOverflow) -> SurplusCharge? {
        guard let credits else { return nil }
        let end = CivilTime.nextMonthStart(credits.accruedAt) - 1
        return now > end ? try surplusCharge(.period, asOf: end) : nil
    }

    /// The charge for the surplus as it is at a moment; `nil` if none is owed then.
    package func surplusCharge(_ reason: SurplusCharge.Reason, asOf: Milliseconds) throws(MoneyOverflow)
        -> SurplusCharge?
    {
        guard var credits else { return nil }
        credits.accrue(to: asOf)
        let price = credits.surplusPrice
        let tokens = credits.chargeSurplus()
        guard tokens > 0 else { return nil }
        let amount = try price.times(tokens)
        return SurplusCharge(reason: reason, tokens: tokens, price: price, amount: amount, asOf: asOf)
    }
}

extension APIKey {
    /// What entries about a key do to it.
    mutating func apply(_ entry: JournalEntry) {
        switch entry.event {
        case .keyChanged(let terms): self.terms = terms
        case .keyRotated(let digest, let until):
            previousDigest = until == nil ? nil : self.digest
            previousUntil = until
            self.digest = digest
        case .keyRevoked: revokedAt = entry.time
        default: preconditionFailure("\(entry.event.kind) is not about a key alone")
        }
    }
}
