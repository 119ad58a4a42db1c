/// An account or a key, as far as limits look at it.
struct LimitedSubject {
    let kind: LimitExcess.Subject
    let limits: UsageLimits
    /// Rolled to the moment of the decision.
    var windows: UsageWindows

    /// The first limit that a hold would pass.
    func excess(of terms: HoldTerms, at now: Milliseconds) -> LimitExcess? {
        let amount = (terms.amount ?? .zero).picodollars
        let minuteEnd = windows.minute + CivilTime.minute
        let checks: [(LimitExcess.Limit, Int?, used: Int, wanted: Int, end: Milliseconds?)] = [
            (.parallelRequests, limits.parallelRequests, windows.open, 1, nil),
            (.requestsPerMinute, limits.requestsPerMinute, windows.requests, 1, minuteEnd),
            (.tokensPerMinute, limits.tokensPerMinute, windows.tokens, terms.tokenBound, minuteEnd),
            (
                .thinkingTokensPerMinute, limits.thinkingTokensPerMinute, windows.thinkingTokens,
                terms.choices * terms.thinkingBound, minuteEnd
            ),
            (
                .perDay, limits.perDay.map { Int($0.picodollars) }, Int(windows.dayAmount.picodollars), Int(amount),
                windows.day + CivilTime.day
            ),
            (
                .perMonth, limits.perMonth.map { Int($0.picodollars) }, Int(windows.monthAmount.picodollars),
                Int(amount),
                CivilTime.nextMonthStart(windows.month)
            ),
        ]
        for (limit, allowed, used, wanted, end) in checks {
            guard let allowed else { continue }
            let (sum, overflows) = used.addingReportingOverflow(wanted)
            guard overflows || sum > allowed else { continue }
            return LimitExcess(
                limit: limit,
                subject: kind,
                allowed: allowed,
                used: used,
                requested: wanted,
                retryAfter: wanted > allowed ? nil : end.map { $0 - now }
            )
        }
        return nil
    }
}
