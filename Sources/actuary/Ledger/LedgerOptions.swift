import ArgumentParser
import Billing
import Foundation

/// The flags that say where the ledger is, for every command that touches accounts.
struct LedgerOptions: ParsableArguments {
    @Option(help: "The folder of the data; by default 'actuary' in your XDG data folder. [ACTUARY_DATA_DIR]")
    var dataDir: String?

    @Option(help: "A ledger in PostgreSQL instead, as postgres://… [ACTUARY_LEDGER]")
    var ledger: String?

    /// Opens the ledger, does some work on it, and closes it.
    ///
    /// - Throws: `CommandFailure` for whatever the ledger refuses.
    func withLedger<Result>(_ work: (Ledger) async throws -> Result) async throws -> Result {
        let environment = ProcessInfo.processInfo.environment
        let location = try LedgerLocation(dataDir: dataDir, ledger: ledger, environment: environment)
        let ledger = Ledger(store: try location.openStore())
        do {
            let result = try await work(ledger)
            _ = await ledger.close()
            return result
        } catch let error as LedgerError {
            _ = await ledger.close()
            throw CommandFailure(error)
        } catch {
            _ = await ledger.close()
            throw error
        }
    }
}
