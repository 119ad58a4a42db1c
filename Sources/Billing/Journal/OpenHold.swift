/// A request that has a hold and no end yet.
package struct OpenHold: Hashable, Sendable {
    package let requestID: String
    package let account: String
    package let key: String?
    package let terms: HoldTerms
    package let begunAt: Milliseconds
    /// What had been sampled when it was last written down; not part of the chain until it is needed.
    package var checkpoint = TokenUsage.zero

    package init(
        requestID: String,
        account: String,
        key: String?,
        terms: HoldTerms,
        begunAt: Milliseconds,
        checkpoint: TokenUsage = .zero
    ) {
        self.requestID = requestID
        self.account = account
        self.key = key
        self.terms = terms
        self.begunAt = begunAt
        self.checkpoint = checkpoint
    }
}
