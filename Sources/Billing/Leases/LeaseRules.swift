/// The rule by which money is set aside for a server: a pure function of account, key and time.
package enum LeaseRules {
    /// No lease takes more than this part of what is left of a balance or a limit, so that servers which are not cut off
    /// have most of it.
    static let largestPart: Int64 = 10

    /// What may be set aside.
    ///
    /// - Parameters:
    ///   - most: What the server's settings allow.
    ///   - account: The account, with its period closed up to `now`.
    ///   - key: The key whose requests are to be paid.
    ///   - now: The time.
    /// - Returns: The amount; `nil` if nothing may be.
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    package static func amount(
        atMost most: PicoUSD,
        account: Account,
        key: APIKey,
        at now: Milliseconds
    ) throws(MoneyOverflow) -> PicoUSD? {
        guard mayLease(account: account, key: key, at: now) else { return nil }
        var account = account
        account.advance(to: now)
        var amount = most
        var left = try account.spendable().map { [$0] } ?? []
        for subject in Admission.subjects(account: account, key: key, at: now) {
            let (limits, windows) = (subject.limits, subject.windows)
            if let limit = limits.perDay { left.append(try limit.subtracting(windows.dayAmount)) }
            if let limit = limits.perMonth { left.append(try limit.subtracting(windows.monthAmount)) }
        }
        for left in left { amount = min(amount, PicoUSD(left.picodollars / largestPart)) }
        return amount > .zero ? amount : nil
    }

    /// Whether requests of the key may be paid from a lease at all: only money can be set aside, so there must be nothing
    /// else that servers have to agree about, as limits of a minute, parallel requests and thinking credits are.
    package static func mayLease(account: Account, key: APIKey, at now: Milliseconds) -> Bool {
        account.closedAt == nil && account.credits == nil && key.refusal(at: now) == nil
            && !account.terms.limits.countsBeyondMoney && !key.terms.limits.countsBeyondMoney
    }
}

extension UsageLimits {
    /// Whether there is a limit of something other than money.
    fileprivate var countsBeyondMoney: Bool {
        requestsPerMinute != nil || tokensPerMinute != nil || thinkingTokensPerMinute != nil || parallelRequests != nil
    }
}
