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

    /// Those limits that were given.
    var change: UsageLimitChange {
        var change = UsageLimitChange()
        change.requestsPerMinute = requestsPerMinute?.value
        change.tokensPerMinute = tokensPerMinute?.value
        change.thinkingTokensPerMinute = thinkingTokensPerMinute?.value
        change.parallelRequests = parallelRequests?.value
        change.perDay = usdPerDay?.value
        change.perMonth = usdPerMonth?.value
        return change
    }
}

/// A whole number from 0, or `none`.
struct CountLimit: ExpressibleByArgument, Equatable, Sendable {
    var value: Int?

    init?(argument: String) {
        if argument == "none" { return }
        guard let number = Int(argument), (0...UsageLimits.countMax).contains(number) else { return nil }
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
