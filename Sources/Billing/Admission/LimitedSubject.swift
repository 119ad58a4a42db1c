/// An account or a key, as far as limits look at it.
struct LimitedSubject {
    let kind: LimitExcess.Subject
    let limits: UsageLimits
    /// Rolled to the moment of the decision.
    var windows: UsageWindows

    /// The thinking tokens that are left of the minute; `nil` without a limit.
    var thinkingTokensLeft: Int? { limits.thinkingTokensPerMinute.map { max(0, $0 - windows.thinkingTokens) } }

    /// The first limit that a demand would pass.
    func excess(of demand: LimitDemand, at now: Milliseconds) -> LimitExcess? {
        let amount = demand.amount.picodollars
        let minuteEnd = windows.minute + CivilTime.minute
        let checks: [(LimitExcess.Limit, Int?, used: Int, wanted: Int, end: Milliseconds?)] = [
            (.parallelRequests, limits.parallelRequests, windows.open, demand.requests, nil),
            (.requestsPerMinute, limits.requestsPerMinute, windows.requests, demand.requests, minuteEnd),
            (.tokensPerMinute, limits.tokensPerMinute, windows.tokens, demand.tokens, minuteEnd),
            (
                .thinkingTokensPerMinute, limits.thinkingTokensPerMinute, windows.thinkingTokens,
                demand.thinkingTokens, minuteEnd
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
            guard let allowed, wanted > 0 else { continue }
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

    /// The limit of money under which nothing can be added to a request because its day or month is over.
    func excess(of demand: LimitDemand, begunAt start: Milliseconds) -> LimitExcess? {
        let checks: [(LimitExcess.Limit, PicoUSD?, isOver: Bool)] = [
            (.perDay, limits.perDay, windows.day != CivilTime.dayStart(start)),
            (.perMonth, limits.perMonth, windows.month != CivilTime.monthStart(start)),
        ]
        for (limit, allowed, isOver) in checks {
            guard let allowed = allowed.map({ Int($0.picodollars) }), isOver, demand.amount > .zero else { continue }
            return LimitExcess(
                limit: limit,
                subject: kind,
                allowed: allowed,
                used: allowed,
                requested: Int(demand.amount.picodollars),
                retryAfter: nil
            )
        }
        return nil
    }
}
