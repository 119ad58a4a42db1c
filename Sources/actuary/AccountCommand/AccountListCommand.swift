import ArgumentParser
import Billing
import OrderedJSON

/// `actuary account list`.
struct AccountListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists all accounts.")

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let accounts = try await ledger.withLedger { try await $0.accounts() }
        let lines = json ? accounts.map { $0.json.text() + "\n" }.joined() : AccountTable.text(accounts)
        StandardStream.output.write(lines)
    }
}
