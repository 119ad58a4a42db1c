import ArgumentParser

/// `actuary ledger`: what an auditor asks for.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Checks the ledger, exports it, and writes invoices.",
        subcommands: [
            LedgerVerifyCommand.self, LedgerReconcileCommand.self, LedgerExportCommand.self, LedgerInvoiceCommand.self,
        ]
    )
}
