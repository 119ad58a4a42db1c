import ArgumentParser
import Billing

/// `actuary account create`.
struct AccountCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Opens an account.")

    @Argument(help: "Its name: letters, digits and . _ - @.")
    var name: String

    @Option(help: "How it pays: prepaid (up to what it was granted), postpaid, or capped (up to --cap a month).")
    var kind = AccountKind.prepaid

    @Option(help: "For a capped account: dollars per calendar month; 0 until a grant raises it, if not given.")
    var cap: Dollars?

    @Option(help: "The plan of its thinking credits; without one it thinks freely.")
    var plan: String?

    @Option(help: "What happens when credits run out, instead of the plan's own mode: standard or unlimited.")
    var mode: CreditPlan.Mode?

    @Option(help: "The file that lists the plans; without it the built-in ones. Config/prices.yaml explains it.")
    var prices: String?

    @OptionGroup var limits: LimitOptions
    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let credits = try PriceList.load(path: prices).plan(plan, mode: mode)
        let terms = AccountTerms(kind: kind, cap: cap?.amount, plan: credits, limits: limits.change.limits)
        let account = try await ledger.withLedger { try await $0.createAccount(name, terms: terms) }
        StandardStream.output.write(AccountTable.text([account]))
    }
}
