import ArgumentParser
import Billing
import OrderedJSON

/// `actuary ledger leases`.
struct LedgerLeasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leases",
        abstract: "Lists the money that servers may spend while they cannot reach the ledger."
    )

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let leases = try await ledger.withLedger { try await $0.leases() }
        guard !json else { return StandardStream.output.write(leases.map { $0.json.text() + "\n" }.joined()) }
        let head = ["LEASE", "ACCOUNT", "KEY", "LEFT", "SINCE", "RUN"]
        let rows = leases.map { [$0.id, $0.account, $0.key, $0.left.usd, CivilTime.text($0.begunAt), $0.instance] }
        StandardStream.output.write(TextTable.text([head] + rows))
    }
}

extension Lease {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "account": .string(account), "key": .string(key), "left": left.json,
            "since": .string(CivilTime.text(begunAt)), "run": .string(instance),
        ]
    }
}
