import ArgumentParser
import Billing

/// The flags for the limits of an account or a key.
struct LimitOptions: ParsableArguments {
    @Option(help: "Requests per minute, or none.")
    var requestsPerMinute: CountLimit?

    @Option(help: "Prompt and completion tokens per minute, or none.")
    var tokensPerMinute: CountLimit?

    @Option(help: "Thinking tokens per minute, or none; longer thoughts are shortened to it.")
    var thinkingTokensPerMinute: CountLimit?

    @Option(help: "Requests that run at the same time, or none.")
    var parallelRequests: CountLimit?

    @Option(help: "Dollars per day (UTC), or none.")
    var usdPerDay: MoneyLimit?

    @Option(help: "Dollars per calendar month (UTC), or none.")
    var usdPerMonth: MoneyLimit?

    /// Whether any was given.
    var areGiven: Bool {
        requestsPerMinute != nil || tokensPerMinute != nil || thinkingTokensPerMinute != nil || parallelRequests != nil
            || usdPerDay != nil || usdPerMonth != nil
    }

    /// Changes those limits that were given.
    var limitChange: @Sendable (inout UsageLimits) -> Void {
        let (requests, tokens, thinking) = (requestsPerMinute, tokensPerMinute, thinkingTokensPerMinute)
        let (parallel, day, month) = (parallelRequests, usdPerDay, usdPerMonth)
        return { limits in
            if let requests { limits.requestsPerMinute = requests.value }
            if let tokens { limits.tokensPerMinute = tokens.value }
            if let thinking { limits.thinkingTokensPerMinute = thinking.value }
            if let parallel { limits.parallelRequests = parallel.value }
            if let day { limits.perDay = day.value }
            if let month { limits.perMonth = month.value }
        }
    }

    /// The limits that were given, and none else.
    var limits: UsageLimits {
        var limits = UsageLimits()
        limitChange(&limits)
        return limits
    }
}

/// A whole number from 0, or `none`.
struct CountLimit: ExpressibleByArgument, Equatable, Sendable {
    var value: Int?

    init?(argument: String) {
        if argument == "none" { return }
        guard let number = Int(argument), (0...Int(Int32.max)).contains(number) else { return nil }
        value = number
    }
}

/// Dollars from 0, or `none`.
struct MoneyLimit: ExpressibleByArgument, Equatable, Sendable {
    var value: PicoUSD?

    init?(argument: String) {
        if argument == "none" { return }
        guard let amount = PicoUSD(usd: argument), amount >= .zero else { return nil }
        value = amount
    }
}

/// Dollars, more than 0.
struct Dollars: ExpressibleByArgument, Equatable, Sendable {
    var amount: PicoUSD

    init?(argument: String) {
        guard let amount = PicoUSD(usd: argument), amount > .zero else { return nil }
        self.amount = amount
    }
}

extension AccountKind: ExpressibleByArgument {}
extension KeyScope: ExpressibleByArgument {}
extension CreditPlan.Mode: ExpressibleByArgument {}
extension InvoiceFormat: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
