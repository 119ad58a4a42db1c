import Billing

/// Accounts as people read them.
enum AccountTable {
    /// One line for each account.
    static func text(_ accounts: [Account]) -> String {
        let head = ["NAME", "KIND", "SPENDABLE", "HELD", "CAPTURED", "CREDITS", "PLAN", "RUNNING", "STATE"]
        return TextTable.text([head] + accounts.map(cells))
    }

    private static func cells(_ account: Account) -> [String] {
        [
            account.name, account.terms.kind.rawValue, spendable(account), account.held.usd, account.captured.usd,
            account.credits.map { String($0.report.available) } ?? "-", account.terms.plan?.name ?? "-",
            String(account.windows.open), account.closedAt == nil ? "open" : "closed",
        ]
    }

    private static func spendable(_ account: Account) -> String {
        guard let amount = try? account.spendable() else { return "any" }
        return amount.usd
    }

    /// Everything about one account, a line for each thing.
    static func details(_ account: Account) -> String {
        var rows = [
            ["name", account.name], ["kind", account.terms.kind.rawValue],
            ["created", CivilTime.text(account.createdAt)],
            ["state", account.closedAt.map { "closed \(CivilTime.text($0))" } ?? "open"],
            ["spendable", spendable(account) + " USD"], ["granted", account.granted.usd + " USD"],
            ["captured", account.captured.usd + " USD"], ["held", account.held.usd + " USD"],
            ["this month", account.windows.monthAmount.usd + " USD"], ["running requests", "\(account.windows.open)"],
        ]
        if let cap = account.terms.cap { rows.append(["cap per month", cap.usd + " USD"]) }
        rows += LimitRows.of(account.terms.limits)
        if let credits = account.credits?.report {
            rows += [
                ["plan", "\(credits.plan.name), \(credits.plan.mode.rawValue)"],
                ["earns", "\(credits.plan.earnRate) credits an hour, up to \(credits.plan.cap)"],
                ["baseline", "\(credits.plan.baseline) thinking tokens a minute, \(credits.baseline) left"],
                ["credits", "\(credits.granted) granted, \(credits.earned) earned, \(credits.reserved) reserved"],
                ["surplus", "\(credits.surplus) owed, \(credits.surplusCharged) charged"],
                ["thinking tokens", "\(credits.used) used"],
            ]
        }
        return TextTable.text(rows)
    }
}

/// Limits as people read them.
enum LimitRows {
    /// Those that are set.
    static func of(_ limits: UsageLimits) -> [[String]] {
        let all: [(String, String?)] = [
            ("requests/minute", limits.requestsPerMinute.map(String.init)),
            ("tokens/minute", limits.tokensPerMinute.map(String.init)),
            ("thinking tokens/minute", limits.thinkingTokensPerMinute.map(String.init)),
            ("parallel requests", limits.parallelRequests.map(String.init)),
            ("USD/day", limits.perDay?.usd),
            ("USD/month", limits.perMonth?.usd),
        ]
        return all.compactMap { name, value in value.map { [name, $0] } }
    }
}
