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
        guard cap != nil || limits.areGiven else { throw ValidationError("Name at least one limit.") }
    }

    func run() async throws {
        let (cap, limits) = (cap?.amount, limits.limitChange)
        let account = try await ledger.withLedger { ledger in
            try await ledger.changeAccount(name) { (terms) throws(LedgerError) in
                limits(&terms.limits)
                guard let cap else { return }
                guard terms.kind == .capped else { throw .invalid(field: "cap", rule: "is for capped accounts only") }
                terms.cap = cap
            }
        }
        StandardStream.output.write(AccountTable.details(account))
    }
}
