import ArgumentParser
import Billing
import OrderedJSON

/// `actuary key limit`.
struct KeyLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Changes the limits of a key that are named, and leaves the others."
    )

    @Argument(help: "The key's id, as 'actuary key list' shows it.")
    var id: String

    @OptionGroup var thinking: KeyThinkingOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup var ledger: LedgerOptions

    func validate() throws {
        guard thinking.areGiven || limits.areGiven else { throw ValidationError("Name at least one limit.") }
    }

    func run() async throws {
        let (limits, thinking) = (limits.limitChange, thinking.change)
        let key = try await ledger.withLedger { ledger in
            try await ledger.changeKey(id) { terms in
                limits(&terms.limits)
                thinking(&terms)
            }
        }
        StandardStream.output.write(key.json.text() + "\n")
    }
}
