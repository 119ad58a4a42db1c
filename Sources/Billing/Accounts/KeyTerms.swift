/// What is agreed about a key, as the journal keeps it.
package struct KeyTerms: Hashable, Sendable, Codable {
    package var label: String?
    package var scope: KeyScope
    /// From when on the key opens nothing.
    package var expiresAt: Milliseconds?
    package var limits: UsageLimits
    /// The bound of a thought in requests that name none.
    package var maxThinkTokens: Int?
    /// Above every request's own bound.
    package var maxThinkTokensCap: Int?

    package init(
        label: String? = nil,
        scope: KeyScope = .inference,
        expiresAt: Milliseconds? = nil,
        limits: UsageLimits = UsageLimits(),
        maxThinkTokens: Int? = nil,
        maxThinkTokensCap: Int? = nil
    ) {
        self.label = label
        self.scope = scope
        self.expiresAt = expiresAt
        self.limits = limits
        self.maxThinkTokens = maxThinkTokens
        self.maxThinkTokensCap = maxThinkTokensCap
    }

    private enum CodingKeys: String, CodingKey {
        case label
        case scope
        case expiresAt = "expires_at"
        case limits
        case maxThinkTokens = "max_think_tokens"
        case maxThinkTokensCap = "max_think_tokens_cap"
    }
}
