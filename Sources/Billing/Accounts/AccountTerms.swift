/// What is agreed with an account, as the journal keeps it.
package struct AccountTerms: Hashable, Sendable, Codable {
    package var kind: AccountKind
    /// For capped accounts: what they may spend in a calendar month.
    package var cap: PicoUSD?
    /// The thinking credits; `nil` thinks without them.
    package var plan: CreditPlan?
    package var limits: UsageLimits

    package init(
        kind: AccountKind,
        cap: PicoUSD? = nil,
        plan: CreditPlan? = nil,
        limits: UsageLimits = UsageLimits()
    ) {
        self.kind = kind
        self.cap = cap
        self.plan = plan
        self.limits = limits
    }
}
