import ArgumentParser
import Billing

/// `actuary ledger invoice`.
struct LedgerInvoiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice",
        abstract: "Writes what an account owes for a calendar month (UTC), by model, price and kind of token.",
        discussion:
            "A request belongs to the month in which it began. Amounts are exact; only what is to pay is rounded."
    )

    @Argument(help: "The account.")
    var name: String

    @Option(help: "The month, for example 2026-11.")
    var month: Month

    @Option(help: "text, json or csv.")
    var format = InvoiceFormat.text

    @OptionGroup var ledger: LedgerOptions

    func run() async throws {
        let invoice = try await ledger.withLedger { try await $0.invoice(name, month: month.time) }
        StandardStream.output.write(format.document(invoice))
    }
}

/// A calendar month as people write it.
struct Month: ExpressibleByArgument, Equatable, Sendable {
    var time: Milliseconds

    init?(argument: String) {
        guard let time = CivilTime.month(argument) else { return nil }
        self.time = time
    }
}
