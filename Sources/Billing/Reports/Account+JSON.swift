package import OrderedJSON

extension Account {
    /// The account for programs; money in dollars, times as RFC 3339 has them.
    package var json: JSONValue {
        let spendable = (try? spendable()) ?? nil
        return .object([
            "name": .string(name),
            "kind": .string(terms.kind.rawValue),
            "created": .string(CivilTime.text(createdAt)),
            "closed": closedAt.map { .string(CivilTime.text($0)) } ?? .null,
            "granted": granted.json,
            "captured": captured.json,
            "held": held.json,
            "spendable": spendable.json,
            "cap": terms.cap.json,
            "month_to_date": windows.monthAmount.json,
            "open_requests": .integer(Int64(windows.open)),
            "limits": terms.limits.json,
            "credits": credits?.report.json ?? .null,
        ])
    }
}

extension CreditReport {
    /// The balance for programs, in whole credits.
    package var json: JSONValue {
        func number(_ count: Int) -> JSONValue { .integer(Int64(count)) }
        return .object([
            "plan": .string(plan.name),
            "mode": .string(plan.mode.rawValue),
            "earn_rate": number(plan.earnRate),
            "cap": number(plan.cap),
            "baseline": number(plan.baseline),
            "available": number(available),
            "granted": number(granted),
            "earned": number(earned),
            "baseline_left": number(baseline),
            "reserved": number(reserved),
            "surplus": number(surplus),
            "used": number(used),
            "surplus_charged": number(surplusCharged),
        ])
    }
}

extension UsageLimits {
    /// The limits for programs; `null` is none.
    package var json: JSONValue {
        func number(_ count: Int?) -> JSONValue { count.map { .integer(Int64($0)) } ?? .null }
        return .object([
            "requests_per_minute": number(requestsPerMinute),
            "tokens_per_minute": number(tokensPerMinute),
            "thinking_tokens_per_minute": number(thinkingTokensPerMinute),
            "parallel_requests": number(parallelRequests),
            "usd_per_day": perDay.json,
            "usd_per_month": perMonth.json,
        ])
    }
}

extension APIKey {
    /// The key for programs, without its digest.
    package var json: JSONValue {
        func time(_ moment: Milliseconds?) -> JSONValue { moment.map { .string(CivilTime.text($0)) } ?? .null }
        func number(_ count: Int?) -> JSONValue { count.map { .integer(Int64($0)) } ?? .null }
        return .object([
            "id": .string(id),
            "account": .string(account),
            "label": terms.label.map { .string($0) } ?? .null,
            "scope": .string(terms.scope.rawValue),
            "created": time(createdAt),
            "expires": time(terms.expiresAt),
            "revoked": time(revokedAt),
            "limits": terms.limits.json,
            "max_think_tokens": number(terms.maxThinkTokens),
            "max_think_tokens_cap": number(terms.maxThinkTokensCap),
        ])
    }
}
