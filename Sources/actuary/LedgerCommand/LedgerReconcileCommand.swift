import ArgumentParser
import Billing

/// `actuary ledger reconcile`.
struct LedgerReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract:
            "Compares what the engine counted, what was billed and what clients were told; exit code 0 only if all agrees.",
        discussion: """
            Compares the three for each request, and for each run of a server the engine's own totals with the sum of the \
            entries. Requests that a dead server left behind are billed at their last checkpoint and counted apart.
            """
    )

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let result = try await ledger.withLedger { try await $0.reconcile() }
        let head = ["TOKENS", "PROMPT", "CACHED", "THINKING", "ANSWER", "FORCED"]
        StandardStream.output.write(
            TextTable.text([
                head, Self.row("engine", result.engineTokens), Self.row("ledger", result.ledgerTokens),
                Self.row("ledger, of reported", result.reportableTokens), Self.row("reported", result.reportedTokens),
            ]) + "\n"
        )
        StandardStream.output.write(
            TextTable.text([
                ["captured", "\(result.captures)"], ["of them reported", "\(result.reported)"],
                ["recovered", "\(result.recoveries)"], ["voided", "\(result.voids)"], ["runs", "\(result.runs)"],
            ])
        )
        try CheckResult.finish(result.findings, sound: "engine, ledger and clients agree")
    }

    private static func row(_ name: String, _ usage: TokenUsage) -> [String] {
        [name] + [usage.prompt, usage.cachedPrompt, usage.thinking, usage.answer, usage.forced].map(String.init)
    }
}
