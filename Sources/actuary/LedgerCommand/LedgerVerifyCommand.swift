import ArgumentParser
import Billing

/// `actuary ledger verify`.
struct LedgerVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recomputes everything from the journal and compares; exit code 0 only if all agrees.",
        discussion: """
            Checks the chain of hashes, that each request has one hold and at most one end, that each end bills what its \
            tokens and prices make and no more than was held, that no prepaid balance ever was negative, and that accounts, \
            keys and open holds are what the journal says.
            """
    )

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let result = try await ledger.withLedger { try await $0.verify() }
        StandardStream.output.write(
            TextTable.text([
                ["entries", "\(result.entries)"], ["holds", "\(result.holds)"], ["captured", "\(result.captures)"],
                ["voided", "\(result.voids)"], ["recovered", "\(result.recoveries)"], ["open", "\(result.openHolds)"],
                ["leases", "\(result.leases)"],
                ["accounts", "\(result.accounts)"], ["keys", "\(result.keys)"],
                ["granted", result.granted.usd + " USD"], ["captured", result.captured.usd + " USD"],
                ["held", result.held.usd + " USD"],
            ])
        )
        try CheckResult.finish(result.findings, sound: "the ledger is whole")
    }
}

/// How a check ends.
enum CheckResult {
    /// Says that all is well, or what is not.
    ///
    /// - Throws: `CommandFailure.badInput` if something was found.
    static func finish(_ findings: Findings, sound: String) throws(CommandFailure) {
        guard findings.count > 0 else { return StandardStream.output.write("\n\(sound)\n") }
        for sentence in findings.sentences { StandardStream.error.write("- \(sentence)\n") }
        let more = findings.count - findings.sentences.count
        if more > 0 { StandardStream.error.write("- and \(more) more\n") }
        throw .badInput(
            "the ledger does not agree with itself in \(findings.count) places: keep a copy and look into them"
        )
    }
}
