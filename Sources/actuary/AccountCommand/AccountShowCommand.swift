import ArgumentParser
import Billing
import OrderedJSON

/// `actuary account show`.
struct AccountShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows an account: money, limits, thinking credits."
    )

    @Argument(help: "The account.")
    var name: String

    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let account = try await ledger.withLedger { ledger in
            guard let account = try await ledger.account(name) else { throw LedgerError.unknownAccount(name) }
            return account
        }
        StandardStream.output.write(json ? account.json.text() + "\n" : AccountTable.details(account))
    }
}
