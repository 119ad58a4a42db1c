/// Accounts, grants and keys.
extension LedgerWork {
    func createAccount(_ name: String, terms: AccountTerms) throws(LedgerError) -> Account {
        guard AccountName.isValid(name) else { throw .invalid(field: "name", rule: AccountName.rule) }
        try terms.check()
        guard try account(name) == nil else { throw .accountExists(name) }
        return try required(record(.accountCreated(terms), account: name).account)
    }

    /// Changes terms; the kind stays. Leaving unlimited mode charges what is owed. Credits are not taken away from under
    /// running requests, which have set some aside.
    func changeAccount(
        _ name: String,
        _ change: (inout AccountTerms) throws(LedgerError) -> Void
    ) throws(LedgerError) -> Account {
        let account = try openAccount(name)
        var terms = account.terms
        try change(&terms)
        guard terms.kind == account.terms.kind else { throw .invalid(field: "kind", rule: "cannot be changed") }
        try terms.check()
        guard terms != account.terms else { return account }
        if terms.plan == nil, account.credits != nil, account.windows.open > 0 {
            throw .accountBusy(name, requests: account.windows.open)
        }
        if account.terms.plan?.mode == .unlimited, terms.plan?.mode != .unlimited {
            try chargeSurplus(account, .mode)
        }
        return try required(record(.accountChanged(terms), account: name).account)
    }

    /// Closes an account that has no running requests; its keys open nothing from then on.
    func closeAccount(_ name: String) throws(LedgerError) -> Account {
        let account = try openAccount(name)
        guard account.windows.open == 0 else { throw .accountBusy(name, requests: account.windows.open) }
        let leases = try LedgerError.storing { () throws(StoreError) in
            try store.leases().count { $0.account == name }
        }
        guard leases == 0 else { throw .accountLeased(name, leases: leases) }
        try chargeSurplus(account, .close)
        return try required(record(.accountClosed, account: name).account)
    }

    /// Adds money, or raises the cap of a capped account; the same id again does nothing.
    func grant(_ amount: PicoUSD, to name: String, id: String) throws(LedgerError) -> Account {
        guard amount > .zero else { throw .invalid(field: "usd", rule: "must be more than 0") }
        return try grant(.grant(amount), to: name, id: id)
    }

    /// Adds thinking credits; the same id again does nothing.
    func grantCredits(_ count: Int, to name: String, id: String) throws(LedgerError) -> Account {
        guard (1...CreditPlan.termMax).contains(count) else {
            throw .invalid(field: "credits", rule: "must be a whole number from 1 to \(CreditPlan.termMax)")
        }
        let account = try openAccount(name)
        guard (account.credits?.report.granted ?? 0) + count <= CreditPlan.termMax else {
            throw .invalid(field: "credits", rule: "must not add up to more than \(CreditPlan.termMax)")
        }
        return try grant(.creditGrant(count), to: name, id: id)
    }

    private func grant(_ event: LedgerEvent, to name: String, id: String) throws(LedgerError) -> Account {
        let account = try openAccount(name)
        let earlier = try LedgerError.storing { () throws(StoreError) in try store.grantEntry(id: id) }
        if let earlier {
            guard earlier.event == event, earlier.account == name else { throw .grantDiffers(id: id) }
            return account
        }
        return try required(record(event, account: name, reference: id).account)
    }

    private func chargeSurplus(_ account: Account, _ reason: SurplusCharge.Reason) throws(LedgerError) {
        let charge = try LedgerError.checking { () throws(MoneyOverflow) in
            try account.surplusCharge(reason, asOf: now)
        }
        if let charge { try record(.surplusCharge(charge), account: account.name) }
    }

    private func openAccount(_ name: String) throws(LedgerError) -> Account {
        let account = try existingAccount(name)
        guard account.closedAt == nil else { throw .accountClosed(name) }
        return account
    }

    private func required<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("an entry about something leaves it behind") }
        return value
    }
}

// MARK: - Keys

extension LedgerWork {
    func createKey(id: String, account name: String, terms: KeyTerms, digest: String) throws(LedgerError) -> APIKey {
        try terms.check()
        _ = try openAccount(name)
        guard try key(id) == nil else { throw .keyExists(id) }
        return try required(record(.keyCreated(terms, digest: digest), account: name, key: id).key)
    }

    func changeKey(
        _ id: String,
        _ change: (inout KeyTerms) throws(LedgerError) -> Void
    ) throws(LedgerError) -> APIKey {
        let key = try livingKey(id)
        var terms = key.terms
        try change(&terms)
        try terms.check()
        guard terms != key.terms else { return key }
        return try required(record(.keyChanged(terms), account: key.account, key: id).key)
    }

    /// Gives a key a new digest; the old one opens during the grace, if there is one.
    func rotateKey(_ id: String, digest: String, grace: Milliseconds) throws(LedgerError) -> APIKey {
        let key = try livingKey(id)
        let event = LedgerEvent.keyRotated(digest: digest, oldUntil: grace > 0 ? now + grace : nil)
        return try required(record(event, account: key.account, key: id).key)
    }

    /// Ends a key at once; again does nothing.
    func revokeKey(_ id: String) throws(LedgerError) -> APIKey {
        guard let key = try key(id) else { throw .unknownKey(id) }
        guard key.revokedAt == nil else { return key }
        return try required(record(.keyRevoked, account: key.account, key: id).key)
    }

    private func livingKey(_ id: String) throws(LedgerError) -> APIKey {
        guard let key = try key(id) else { throw .unknownKey(id) }
        guard key.revokedAt == nil else { throw .keyRevoked(id) }
        return key
    }
}
