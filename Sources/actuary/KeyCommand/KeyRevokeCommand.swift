import ArgumentParser
import Billing

/// `actuary key revoke`.
struct KeyRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Ends a key at once and for good.")

    @Argument(help: "The key's id, as 'actuary key list' shows it.")
    var id: String

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let key = try await ledger.withLedger { try await $0.revokeKey(id) }
        StandardStream.output.write("\(key.id) is revoked\n")
    }
}
