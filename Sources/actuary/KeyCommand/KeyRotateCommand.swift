import ArgumentParser
import Billing

/// `actuary key rotate`.
struct KeyRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Gives a key a new text and prints it, once; its id, limits and history stay."
    )

    @Argument(help: "The key's id, as 'actuary key list' shows it.")
    var id: String

    @Option(help: "Seconds for which the old text still opens; by default it ends at once.")
    var grace = 0

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let (_, secret) = try await ledger.withLedger { try await $0.rotateKey(id, grace: .seconds(grace)) }
        StandardStream.output.write(secret.text + "\n")
    }
}
