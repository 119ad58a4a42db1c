/// A request that has a hold and no end yet.
package struct OpenHold: Hashable, Sendable {
    package let requestID: String
    package let account: String
    package let key: String?
    package var terms: HoldTerms
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

    /// The hold as an entry began it or last changed it; `nil` for entries of other kinds.
    package init?(_ entry: JournalEntry, checkpoint: TokenUsage) {
        let terms: HoldTerms
        let begunAt: Milliseconds
        switch entry.event {
        case .hold(let begun): (terms, begunAt) = (begun, begun.lease?.begunAt ?? entry.time)
        case .holdExtended(let extended): (terms, begunAt) = (extended.terms, extended.begunAt)
        default: return nil
        }
        guard let requestID = entry.reference else { return nil }
        self.init(
            requestID: requestID,
            account: entry.account,
            key: entry.key,
            terms: terms,
            begunAt: begunAt,
            checkpoint: checkpoint
        )
    }
}
