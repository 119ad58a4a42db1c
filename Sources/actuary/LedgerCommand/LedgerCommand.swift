import ArgumentParser

/// `actuary ledger`: what an auditor asks for.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Checks the ledger, exports it, writes invoices, and shows what servers may spend on their own.",
        subcommands: [
            LedgerVerifyCommand.self, LedgerReconcileCommand.self, LedgerExportCommand.self, LedgerInvoiceCommand.self,
            LedgerLeasesCommand.self, LedgerGiveUpCommand.self,
        ]
    )
}
