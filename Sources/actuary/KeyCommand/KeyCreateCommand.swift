import ArgumentParser
import Billing

/// `actuary key create`.
struct KeyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a key and prints it, once: only its digest is kept.",
        discussion: "Standard output has the key alone on its line; its id goes to standard error."
    )

    @Option(help: "The account that pays.")
    var account: String

    @Option(help: "A note for people.")
    var label: String?

    @Option(help: "What it opens: inference, or admin for the administration of accounts and keys as well.")
    var scope = KeyScope.inference

    @Option(help: "From when on it opens nothing: a day such as 2026-12-31, or 2026-12-31T18:00:00Z (UTC).")
    var expires: Moment?

    @OptionGroup var thinking: KeyThinkingOptions
    @OptionGroup var limits: LimitOptions
    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        var terms = KeyTerms(label: label, scope: scope, expiresAt: expires?.time, limits: limits.change.limits)
        thinking.change(&terms)
        let made = terms
        let (key, secret) = try await ledger.withLedger { try await $0.createKey(account: account, terms: made) }
        StandardStream.error.write("\(key.id) for \(key.account); keep the key, it is not shown again\n")
        StandardStream.output.write(secret.text + "\n")
    }
}

/// The flags for how long requests of a key may think.
struct KeyThinkingOptions: ParsableArguments {
    @Option(help: "The bound of a thought in requests that name none, in tokens, or none.")
    var maxThinkTokens: CountLimit?

    @Option(help: "The bound of every thought, whatever a request asks for, in tokens, or none.")
    var maxThinkTokensCap: CountLimit?

    /// Whether any was given.
    var areGiven: Bool { maxThinkTokens != nil || maxThinkTokensCap != nil }

    /// Changes those that were given.
    var change: @Sendable (inout KeyTerms) -> Void {
        let (bound, cap) = (maxThinkTokens, maxThinkTokensCap)
        return { terms in
            if let bound { terms.maxThinkTokens = bound.value }
            if let cap { terms.maxThinkTokensCap = cap.value }
        }
    }
}

/// A moment as people write it, or `none`.
struct OptionalMoment: ExpressibleByArgument, Equatable, Sendable {
    var time: Milliseconds?

    init?(argument: String) {
        guard argument != "none" else { return }
        guard let moment = Moment(argument: argument) else { return nil }
        time = moment.time
    }
}

/// A moment as people write it.
struct Moment: ExpressibleByArgument, Equatable, Sendable {
    var time: Milliseconds

    init?(argument: String) {
        guard let time = CivilTime.moment(argument) else { return nil }
        self.time = time
    }
}
