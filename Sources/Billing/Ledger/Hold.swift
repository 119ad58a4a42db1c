/// A hold that was granted: the right to run one request, up to its bounds.
package struct Hold: Hashable, Sendable {
    package let requestID: String
    package let account: String
    package let key: String?
    package let terms: HoldTerms
    package let begunAt: Milliseconds
    /// Whether the thinking bound is smaller than asked for because thinking credits are low.
    package let isCutByCredits: Bool
    /// What is left of the per-minute limits after this request.
    package let rateLimits: RateLimits
    /// The thinking credits after this request's were set aside; `nil` thinks without credits.
    package let credits: CreditReport?
    /// The seed of the first attempt, if the request came with an idempotency key.
    package let seed: UInt64?

    /// What one choice may think, at most.
    package var thinkingBound: Int { terms.thinkingBound }
}

/// The answer to the wish that a running request may think longer.
package enum ExtensionOutcome: Hashable, Sendable {
    /// The hold from now on, durable; the same as before if credits or limits leave nothing.
    case extended(OpenHold, isCutByCredits: Bool)
    /// Nothing has changed.
    case refused(Refusal)
}

/// The answer to a request for a hold.
package enum HoldOutcome: Hashable, Sendable {
    /// The hold is durable; the request may run.
    case held(Hold)
    /// The request was done before, with this answer.
    case replay(StoredResponse, requestID: String)
    /// Nothing was written and nothing spent.
    case refused(Refusal, RateLimits)
}
