import ArgumentParser
import Billing
import OrderedJSON

/// `actuary key list`.
struct KeyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists keys by their ids.")

    @Option(help: "Only the keys of this account.")
    var account: String?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let (all, now) = try await ledger.withLedger { (try await $0.keys(), $0.now()) }
        let keys = all.filter { account == nil || $0.account == account }
        if json { return StandardStream.output.write(keys.map { $0.json.text() + "\n" }.joined()) }
        let head = ["ID", "ACCOUNT", "SCOPE", "STATE", "CREATED", "EXPIRES", "LABEL"]
        let rows = keys.map { key in
            [
                key.id, key.account, key.terms.scope.rawValue, Self.state(key, at: now),
                CivilTime.dateText(key.createdAt),
                key.terms.expiresAt.map(CivilTime.text) ?? "-", key.terms.label ?? "",
            ]
        }
        StandardStream.output.write(TextTable.text([head] + rows))
    }

    private static func state(_ key: APIKey, at now: Milliseconds) -> String {
        switch key.refusal(at: now) {
        case .keyRevoked: "revoked"
        case .keyExpired: "expired"
        default: "valid"
        }
    }
}
