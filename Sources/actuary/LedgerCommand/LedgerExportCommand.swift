import ArgumentParser
import Billing

/// `actuary ledger export`.
struct LedgerExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the journal to standard output, a line for each entry.",
        discussion: """
            The number of an entry ('seq', or 'id' of a CloudEvent) is its cursor: with '--after' of the last one that \
            arrived, an export goes on where another ended. In jsonl an entry's hash is the SHA-256 of the hash before (32 \
            bytes; zeros before the first) and the line without its member 'hash'.
            """
    )

    @Option(help: "jsonl, cloudevents or csv.")
    var format = ExportFormat.jsonl

    @Option(help: "The cursor to go on from.")
    var after = 0

    @OptionGroup var ledger: LedgerOptions

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after must not be negative.") }
    }

    func run() async throws {
        try await ledger.withLedger { ledger in
            let id = try await ledger.ledgerID()
            if let header = format.header { StandardStream.output.write(header) }
            var cursor = after
            while true {
                let page = try await ledger.entries(after: cursor)
                guard let last = page.last else { return }
                StandardStream.output.write(page.map { format.line($0, ledgerID: id) }.joined())
                cursor = last.seq
            }
        }
    }
}
