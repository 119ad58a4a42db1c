/// What an account or a key may use; `nil` is no limit.
package struct UsageLimits: Hashable, Sendable, Codable {
    package var requestsPerMinute: Int?
    /// Prompt and completion tokens, counted at their bound until the request has ended.
    package var tokensPerMinute: Int?
    /// Thinking tokens, counted at their bound until the request has ended.
    package var thinkingTokensPerMinute: Int?
    package var parallelRequests: Int?
    package var perDay: PicoUSD?
    package var perMonth: PicoUSD?

    package init(
        requestsPerMinute: Int? = nil,
        tokensPerMinute: Int? = nil,
        thinkingTokensPerMinute: Int? = nil,
        parallelRequests: Int? = nil,
        perDay: PicoUSD? = nil,
        perMonth: PicoUSD? = nil
    ) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.thinkingTokensPerMinute = thinkingTokensPerMinute
        self.parallelRequests = parallelRequests
        self.perDay = perDay
        self.perMonth = perMonth
    }

    private enum CodingKeys: String, CodingKey {
        case requestsPerMinute = "requests_per_minute"
        case tokensPerMinute = "tokens_per_minute"
        case thinkingTokensPerMinute = "thinking_tokens_per_minute"
        case parallelRequests = "parallel_requests"
        case perDay = "per_day"
        case perMonth = "per_month"
    }
}
