import ArgumentParser
import Billing

/// `actuary ledger give-up`.
struct LedgerGiveUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "give-up",
        abstract: "Ends the lease of a server that will never come back.",
        discussion: """
            A server that dies while it is cut off tells at its next start, in the same data folder, what it has spent of its \
            leases. Where that folder is lost, so is what was spent: this gives all of the lease back to its account. Should \
            the server come back all the same, nobody is billed for those requests, and its log says so.
            """
    )

    @Argument(help: "The lease, as 'actuary ledger leases' shows it.")
    var lease: String

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let id = lease
        let ended = try await ledger.withLedger { try await $0.giveUpLease(id) }
        StandardStream.output.write("\(ended.left.usd) USD are back in the account \(ended.account)\n")
    }
}
