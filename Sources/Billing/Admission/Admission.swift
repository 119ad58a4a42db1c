/// The rule by which a request gets its hold or not: one pure function of account, key, prices, request and time.
package enum Admission {
    /// What the rule says.
    package enum Decision: Hashable, Sendable {
        case admitted(HoldTerms, isCutByCredits: Bool)
        case refused(Refusal)
    }

    /// Decides about a request.
    ///
    /// Limits and money are counted at the worst case. The thinking bound is cut to what credits and the limits of
    /// thinking allow at all; a request never fails for lack of credits.
    ///
    /// - Parameters:
    ///   - request: What is asked for.
    ///   - account: The request's account, with its period closed up to `now`.
    ///   - key: The request's key, if it came with one.
    ///   - prices: The prices of its model, if there are any.
    ///   - earlier: What earlier attempts of the same request were billed.
    ///   - instance: The run of the server that asks.
    ///   - now: The time.
    /// - Returns: The terms of the hold, or why there is none.
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    package static func decide(
        _ request: HoldRequest,
        account: Account,
        key: APIKey?,
        prices: UnitPrices?,
        earlier: TokenUsage? = nil,
        instance: String,
        at now: Milliseconds
    ) throws(MoneyOverflow) -> Decision {
        if account.closedAt != nil { return .refused(.accountClosed(account.name)) }
        if let refusal = key?.refusal(at: now) { return .refused(refusal) }
        if prices == nil, account.isPaying { return .refused(.noPrice(model: request.model)) }
        let draft = try draft(request, account, key, prices, earlier: earlier, instance: instance, at: now)
        for subject in subjects(account: account, key: key, at: now) {
            if let excess = subject.excess(of: LimitDemand(draft.terms), at: now) {
                return .refused(.limitExceeded(excess))
            }
        }
        let needed = draft.terms.amount ?? .zero
        if let spendable = try draft.account.spendable(), spendable < needed {
            return .refused(.insufficientFunds(needed: needed, spendable: max(.zero, spendable), held: account.held))
        }
        return .admitted(draft.terms, isCutByCredits: draft.isCutByCredits)
    }

    /// What a hold would say, before anybody asks whether it may be made.
    struct Draft {
        var terms: HoldTerms
        var isCutByCredits: Bool
        /// The account with the credits set aside.
        var account: Account
    }

    /// The hold of a request whose limits and money are not looked at: what a quote shows.
    static func draft(
        _ request: HoldRequest,
        _ account: Account,
        _ key: APIKey?,
        _ prices: UnitPrices?,
        earlier: TokenUsage? = nil,
        instance: String,
        at now: Milliseconds
    ) throws(MoneyOverflow) -> Draft {
        var account = account
        account.advance(to: now)
        var terms = HoldTerms(
            model: request.model,
            prices: prices,
            promptTokens: request.promptTokens,
            choices: request.choices,
            thinkingBound: min(request.thinkingBound, request.completionBound),
            completionBound: request.completionBound,
            earlier: earlier,
            credits: nil,
            amount: nil,
            instance: instance
        )
        for subject in subjects(account: account, key: key, at: now) {
            guard let limit = subject.limits.thinkingTokensPerMinute else { continue }
            terms.thinkingBound = min(terms.thinkingBound, limit / request.choices)
        }
        let isCutByCredits = reserveCredits(&terms, account: &account)
        terms.amount = try terms.worstCost()?.total()
        return Draft(terms: terms, isCutByCredits: isCutByCredits, account: account)
    }

    /// What is left of the per-minute limits.
    package static func rateLimits(account: Account, key: APIKey?, at now: Milliseconds) -> RateLimits {
        RateLimits(subjects(account: account, key: key, at: now).map { ($0.limits, $0.windows) }, at: now)
    }

    /// Sets credits aside and cuts the thinking bound to them; tells whether it was cut.
    private static func reserveCredits(_ terms: inout HoldTerms, account: inout Account) -> Bool {
        guard var credits = account.credits else { return false }
        let affordable = credits.availableTokens.map { $0 / terms.choices } ?? terms.thinkingBound
        let isCut = affordable < terms.thinkingBound
        terms.thinkingBound = min(terms.thinkingBound, affordable)
        terms.credits = credits.reserve(
            tokens: terms.thinkingBound * terms.choices,
            surplusPrice: terms.prices?.surplusThinking ?? .zero
        )
        account.credits = credits
        return isCut
    }

    static func subjects(account: Account, key: APIKey?, at now: Milliseconds) -> [LimitedSubject] {
        var subjects: [LimitedSubject] = []
        if let key { subjects.append(LimitedSubject(kind: .key, limits: key.terms.limits, windows: key.windows)) }
        subjects.append(LimitedSubject(kind: .account, limits: account.terms.limits, windows: account.windows))
        for index in subjects.indices { subjects[index].windows.roll(to: now) }
        return subjects
    }
}
