/// A balance of thinking credits, in whole tokens.
package struct CreditReport: Hashable, Sendable {
    package var plan: CreditPlan
    /// What a standard account can think with now: baseline, grants and earnings that nobody has reserved.
    package var available: Int
    /// Of it launch credits and grants.
    package var granted: Int
    /// Of it what accrued.
    package var earned: Int
    /// Of it what is left of the minute's baseline.
    package var baseline: Int
    /// What running requests have set aside.
    package var reserved: Int
    /// What is owed to future earnings.
    package var surplus: Int
    /// What has been spent since the account was opened, the baseline's tokens among it.
    package var used: Int
    /// What has been charged as surplus since the account was opened.
    package var surplusCharged: Int
}
