import ArgumentParser
import Billing

/// `actuary account grant`.
struct AccountGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Pays money in, raises the cap of a capped account, or gives thinking credits."
    )

    @Argument(help: "The account.")
    var name: String

    @Option(help: "Dollars, with up to twelve decimals.")
    var usd: Dollars?

    @Option(help: "Thinking credits; they are spent first and do not run out.")
    var credits: Int?

    @Option(
        help: "A name for this grant; the same again does nothing. Use the payment's number to be safe from repeats."
    )
    var id: String?

    @OptionGroup var ledger: LedgerOptions

    func validate() throws {
        guard (usd == nil) != (credits == nil) else { throw ValidationError("Give either --usd or --credits.") }
    }

    func run() async throws {
        let id = id ?? KeySecret.randomIdentifier("grant_")
        let account = try await ledger.withLedger { ledger in
            if let usd { return try await ledger.grant(usd.amount, to: name, id: id) }
            return try await ledger.grantCredits(credits ?? 0, to: name, id: id)
        }
        StandardStream.output.write(AccountTable.text([account]))
    }
}
