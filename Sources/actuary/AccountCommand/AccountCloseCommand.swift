import ArgumentParser
import Billing

/// `actuary account close`.
struct AccountCloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Closes an account for good: its keys open nothing, its entries stay."
    )

    @Argument(help: "The account.")
    var name: String

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let account = try await ledger.withLedger { try await $0.closeAccount(name) }
        StandardStream.output.write(AccountTable.text([account]))
    }
}
