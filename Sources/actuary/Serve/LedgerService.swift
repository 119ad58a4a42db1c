import Billing
import Foundation
import Gateway
import Logging

/// The ledger of a server, from its start to its end.
struct LedgerService {
    let ledger: Ledger
    /// What accounts may choose from.
    let plans: PlanCatalog
    private let location: LedgerLocation
    /// Tells other servers and commands that this run lives.
    private let mark: RunMark?

    /// Opens the ledger and bills what dead runs have left.
    ///
    /// - Throws: `CommandFailure` that names the folder, the database or the line of the price list at fault.
    init(_ settings: Settings.Billing, log: Logger) async throws {
        let prices = try PriceList.load(path: settings.prices)
        plans = prices.plans
        location = try LedgerLocation(
            dataDir: settings.dataDir,
            ledger: settings.ledger,
            environment: ProcessInfo.processInfo.environment
        )
        ledger = Ledger(store: try location.openStore(), prices: prices.book, settings: settings.ledgerSettings)
        mark = try location.mark(run: ledger.instance)
        let location = location
        do throws(LedgerError) {
            let recovered = try await ledger.recover { location.isOver(run: $0) }
            if recovered > 0 {
                log.notice("requests of a dead server were billed", metadata: ["requests": "\(recovered)"])
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Whether requests need a key.
    func hasKeys() async throws -> Bool {
        do throws(LedgerError) { return try await ledger.hasKeys() } catch { throw CommandFailure(error) }
    }

    /// Writes down what is left, with what the engine has counted in all.
    func close(_ totals: EngineTotals, log: Logger) async {
        let unwritten = await ledger.close(totals: totals)
        if unwritten > 0 {
            log.error("ends of requests could not be written", metadata: ["requests": "\(unwritten)"])
        }
        withExtendedLifetime(mark) {}
    }
}

extension Settings.Billing {
    fileprivate var ledgerSettings: LedgerSettings {
        var result = LedgerSettings()
        result.checkpointTokens = checkpointTokens
        result.checkpointInterval = checkpointInterval
        result.idempotencyLifetime = idempotencyLifetime
        result.deadAfter = deadAfter
        result.responseBytesMax = replayLimitBytes
        return result
    }
}
