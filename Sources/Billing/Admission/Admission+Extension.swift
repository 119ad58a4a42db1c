/// The rule by which a running request may think longer than was held.
extension Admission {
    /// What the rule says about an extension.
    package enum ExtensionDecision: Hashable, Sendable {
        /// The terms from now on; unchanged if credits or a limit of thinking tokens leave nothing.
        case extended(HoldTerms, isCutByCredits: Bool)
        case refused(Refusal)
    }

    /// Decides about a longer thought.
    ///
    /// Credits and limits of thinking tokens shorten what is granted; money is there for all of it or it is refused, as
    /// for a new request. Caps of money are those of the day and month in which the request began: once these are over,
    /// nothing can be added under such a cap.
    ///
    /// - Parameters:
    ///   - hold: The request's hold.
    ///   - tokens: How many thinking tokens more for each choice.
    ///   - most: What the thinking bound of a choice may become at most.
    ///   - account: The request's account, with its period closed up to `now`.
    ///   - key: The request's key, if it came with one.
    ///   - now: The time.
    /// - Returns: The terms from now on, or why they stay.
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    package static func extend(
        _ hold: OpenHold,
        by tokens: Int,
        atMost most: Int,
        account: Account,
        key: APIKey?,
        at now: Milliseconds
    ) throws(MoneyOverflow) -> ExtensionDecision {
        if account.closedAt != nil { return .refused(.accountClosed(account.name)) }
        if let refusal = key?.refusal(at: now) { return .refused(refusal) }
        var account = account
        account.advance(to: now)
        let subjects = subjects(account: account, key: key, at: now)
        let room = min(most, hold.terms.completionBound) - hold.terms.thinkingBound
        let left = subjects.compactMap(\.thinkingTokensLeft).min().map { $0 / hold.terms.choices }
        var terms = hold.terms
        let isCut = lengthen(&terms, by: min(tokens, room, left ?? tokens), account: &account)
        guard terms.thinkingBound > hold.terms.thinkingBound else {
            return .extended(hold.terms, isCutByCredits: isCut)
        }
        terms.amount = try terms.worstCost()?.total()
        let demand = try LimitDemand(from: hold.terms, to: terms)
        for subject in subjects {
            let excess = subject.excess(of: demand, at: now) ?? subject.excess(of: demand, begunAt: hold.begunAt)
            if let excess { return .refused(.limitExceeded(excess)) }
        }
        let isCapOver = account.terms.kind == .capped && account.windows.month != CivilTime.monthStart(hold.begunAt)
        if let spendable = try account.spendable(), isCapOver || spendable < demand.amount {
            let left = isCapOver ? .zero : max(.zero, spendable)
            return .refused(.insufficientFunds(needed: demand.amount, spendable: left, held: account.held))
        }
        return .extended(terms, isCutByCredits: isCut)
    }

    /// Raises the thinking bound as far as credits allow and sets these aside; tells whether they cut it.
    private static func lengthen(_ terms: inout HoldTerms, by tokens: Int, account: inout Account) -> Bool {
        guard tokens > 0 else { return false }
        guard let before = terms.credits, var credits = account.credits else {
            // A request that began without credits goes on without.
            terms.thinkingBound += tokens
            return false
        }
        let granted = min(tokens, credits.availableTokens.map { $0 / terms.choices } ?? tokens)
        terms.thinkingBound += granted
        let price = terms.prices?.surplusThinking ?? .zero
        terms.credits = before + credits.reserve(tokens: granted * terms.choices, surplusPrice: price)
        account.credits = credits
        return granted < tokens
    }
}
