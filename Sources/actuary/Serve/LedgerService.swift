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
    /// What it spends while it cannot reach a ledger that servers share; `nil` for a ledger of its own.
    private let leases: LeaseBooks?

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
        let store = try location.openStore()
        let run = KeySecret.randomIdentifier("run_")
        leases = try Self.leaseBooks(settings, location, run: run, prices: prices.book, log: log)
        ledger = Ledger(
            store: store,
            instance: run,
            prices: prices.book,
            settings: settings.ledgerSettings,
            branch: leases?.branch
        )
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
        await leases?.settleDeadRuns(with: ledger)
    }

    /// The books of this run for times when it cannot reach the ledger, where several servers share it.
    private static func leaseBooks(
        _ settings: Settings.Billing,
        _ location: LedgerLocation,
        run: String,
        prices: PriceBook,
        log: Logger
    ) throws -> LeaseBooks? {
        guard location.isShared else {
            guard settings.lease == .zero else {
                throw CommandFailure.badConfiguration(
                    "billing.lease_usd is for servers that share a ledger: name it with --ledger postgres://…, or say 0"
                )
            }
            return nil
        }
        do throws(CommandFailure) {
            let environment = ProcessInfo.processInfo.environment
            let folder = try LedgerLocation.folder(dataDir: settings.dataDir, environment: environment)
            return try LeaseBooks(settings, in: folder, run: run, prices: prices, log: log)
        } catch {
            // Without leases nothing is kept on this machine, so that no folder is needed.
            guard settings.lease > .zero else { return nil }
            throw error
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
        leases?.close()
        withExtendedLifetime(mark) {}
    }
}

extension Settings.Billing {
    var ledgerSettings: LedgerSettings {
        var result = LedgerSettings()
        result.checkpointTokens = checkpointTokens
        result.checkpointInterval = checkpointInterval
        result.idempotencyLifetime = idempotencyLifetime
        result.deadAfter = deadAfter
        result.responseBytesMax = replayLimitBytes
        return result
    }
}
