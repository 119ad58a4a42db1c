import ArgumentParser
import Billing

/// `actuary account limit`.
struct AccountLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Changes the limits of an account that are named, and leaves the others."
    )

    @Argument(help: "The account.")
    var name: String

    @Option(help: "For a capped account: dollars per calendar month.")
    var cap: Dollars?

    @OptionGroup var limits: LimitOptions
    @OptionGroup var ledger: LedgerOptions

    func validate() throws {
        guard cap != nil || !limits.change.isEmpty else { throw ValidationError("Name at least one limit.") }
    }

    func run() async throws {
        let (cap, limits) = (cap?.amount, limits.change)
        let account = try await ledger.withLedger { ledger in
            try await ledger.changeAccount(name) { terms in
                limits.apply(to: &terms.limits)
                if let cap { terms.cap = cap }
            }
        }
        StandardStream.output.write(AccountTable.details(account))
    }
}
