/// Money of an account that one run of a server may spend while it cannot reach the ledger.
///
/// The ledger counts it as held, and in the limits of the day and month in which it was set aside, so that whatever the run
/// does with it, no balance and no limit is passed. Only that run knows what was spent of it.
package struct Lease: Hashable, Sendable, Codable {
    /// `lease_…`.
    package let id: String
    package let account: String
    /// The key whose requests may be paid from it.
    package let key: String
    /// The run of the server that may spend it.
    package let instance: String
    package let begunAt: Milliseconds
    /// What the ledger has not yet heard of as spent.
    package var left: PicoUSD

    package init(
        id: String,
        account: String,
        key: String,
        instance: String,
        begunAt: Milliseconds,
        left: PicoUSD
    ) {
        self.id = id
        self.account = account
        self.key = key
        self.instance = instance
        self.begunAt = begunAt
        self.left = left
    }
}

/// The beginning of a lease, as the journal keeps it.
package struct LeaseTerms: Hashable, Sendable, Codable {
    package var amount: PicoUSD
    /// The run of the server that may spend it.
    package var instance: String
}

/// The end of a lease, as the journal keeps it.
package struct LeaseEnd: Hashable, Sendable, Codable {
    /// Why it ended.
    package enum Reason: String, Sendable, Codable {
        /// Everything that was spent of it has been told.
        case returned
        /// Somebody said that its server will not come back: what it spent will never be known.
        case givenUp = "given_up"
    }

    package var reason: Reason
    /// What goes back to the account.
    package var left: PicoUSD
    /// The run of the server that had it.
    package var instance: String
}

/// The lease from which a request is paid.
package struct LeaseReference: Hashable, Sendable, Codable {
    package var id: String
    /// When the lease began: the request counts and is billed in the day and month of that moment.
    package var begunAt: Milliseconds

    private enum CodingKeys: String, CodingKey {
        case id
        case begunAt = "begun_at"
    }
}

/// What a run asks of the ledger to have for times when it cannot reach it.
struct LeaseWish: Sendable {
    let id: String
    let account: String
    let key: String
    /// At most.
    let amount: PicoUSD
}
