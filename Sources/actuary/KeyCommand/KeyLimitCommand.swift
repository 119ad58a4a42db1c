import ArgumentParser
import Billing
import OrderedJSON

/// `actuary key limit`.
struct KeyLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Changes what is named of a key's limits and its end, and leaves the rest."
    )

    @Argument(help: "The key's id, as 'actuary key list' shows it.")
    var id: String

    @Option(help: "From when on it opens nothing, written as for 'key create', or none.")
    var expires: OptionalMoment?

    @OptionGroup var thinking: KeyThinkingOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup var ledger: LedgerOptions

    func validate() throws {
        guard expires != nil || thinking.areGiven || !limits.change.isEmpty else {
            throw ValidationError("Name at least one limit.")
        }
    }

    func run() async throws {
        let (limits, thinking, expires) = (limits.change, thinking.change, expires)
        let key = try await ledger.withLedger { ledger in
            try await ledger.changeKey(id) { terms in
                if let expires { terms.expiresAt = expires.time }
                limits.apply(to: &terms.limits)
                thinking(&terms)
            }
        }
        StandardStream.output.write(key.json.text() + "\n")
    }
}
