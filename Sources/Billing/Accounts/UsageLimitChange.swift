/// New values for some limits: `nil` leaves a limit as it is, `.some(nil)` takes it away.
package struct UsageLimitChange: Hashable, Sendable {
    package var requestsPerMinute: Int??
    package var tokensPerMinute: Int??
    package var thinkingTokensPerMinute: Int??
    package var parallelRequests: Int??
    package var perDay: PicoUSD??
    package var perMonth: PicoUSD??

    package init() {}

    /// Whether it changes nothing.
    package var isEmpty: Bool { self == UsageLimitChange() }

    /// The limits that it makes of none.
    package var limits: UsageLimits {
        var limits = UsageLimits()
        apply(to: &limits)
        return limits
    }

    /// Changes what is named.
    package func apply(to limits: inout UsageLimits) {
        if let requestsPerMinute { limits.requestsPerMinute = requestsPerMinute }
        if let tokensPerMinute { limits.tokensPerMinute = tokensPerMinute }
        if let thinkingTokensPerMinute { limits.thinkingTokensPerMinute = thinkingTokensPerMinute }
        if let parallelRequests { limits.parallelRequests = parallelRequests }
        if let perDay { limits.perDay = perDay }
        if let perMonth { limits.perMonth = perMonth }
    }
}
