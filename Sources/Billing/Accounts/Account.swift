/// An account as the journal has made it: terms, money, credits and what it is using.
package struct Account: Hashable, Sendable, Codable {
    package let name: String
    package var terms: AccountTerms
    package let createdAt: Milliseconds
    package var closedAt: Milliseconds?
    /// What was paid in.
    package var granted = PicoUSD.zero
    /// What requests and surplus have cost.
    package var captured = PicoUSD.zero
    /// What running requests may cost.
    package var held = PicoUSD.zero
    /// `nil` thinks without credits.
    package var credits: CreditAccount?
    package var windows = UsageWindows()

    /// The account that a server without keys works for.
    package static let localName = "local"
    /// The terms of that account.
    package static let localTerms = AccountTerms(kind: .postpaid)

    package init(name: String, terms: AccountTerms, at time: Milliseconds) {
        self.name = name
        self.terms = terms
        createdAt = time
        credits = terms.plan.map { CreditAccount(plan: $0, at: time) }
    }

    /// Whether somebody pays, so that every request needs a price; nobody pays for the local account.
    package var isPaying: Bool { name != Account.localName || terms.kind != .postpaid }

    /// What surplus of thinking credits would be charged if the period closed now.
    ///
    /// - Throws: `MoneyOverflow` if it is beyond all money.
    package func surplusLiability() throws(MoneyOverflow) -> PicoUSD {
        guard let credits else { return .zero }
        return try credits.surplusPrice.times(credits.liableTokens)
    }

    /// What may still be spent, holds and surplus considered; `nil` is any amount.
    ///
    /// Never negative but for a cap that was lowered.
    ///
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    package func spendable() throws(MoneyOverflow) -> PicoUSD? {
        switch terms.kind {
        case .postpaid: nil
        case .prepaid:
            try granted.subtracting(captured).subtracting(held).subtracting(surplusLiability())
        case .capped:
            try (terms.cap ?? .zero).subtracting(windows.monthAmount).subtracting(surplusLiability())
        }
    }

    /// Lets windows and credits follow the time.
    package mutating func advance(to now: Milliseconds) {
        windows.roll(to: now)
        credits?.accrue(to: now)
    }
}
