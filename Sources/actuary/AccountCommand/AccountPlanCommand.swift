import ArgumentParser
import Billing

/// `actuary account plan`.
struct AccountPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Changes the plan of an account's thinking credits.",
        discussion:
            "The balance stays as far as the new cap allows. Surplus that is owed is charged when unlimited mode ends."
    )

    @Argument(help: "The account.")
    var name: String

    @Argument(help: "The plan's name, or 'none' to think without credits, while no request runs.")
    var plan: String

    @Option(help: "What happens when credits run out, instead of the plan's own mode: standard or unlimited.")
    var mode: CreditPlan.Mode?

    @Option(help: "The file that lists the plans; without it the built-in ones. Config/prices.yaml explains it.")
    var prices: String?

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let chosen = try PriceList.load(path: prices).plan(plan, mode: mode)
        let account = try await ledger.withLedger { ledger in
            try await ledger.changeAccount(name) { $0.plan = chosen }
        }
        StandardStream.output.write(AccountTable.details(account))
    }
}
