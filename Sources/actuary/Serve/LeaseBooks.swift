import Billing
import Foundation
import Logging

/// The books in which a server writes what it spends of leases: its own, and those that dead servers left in its folder.
struct LeaseBooks {
    private let folder: DataFolder
    private let run: String
    private let log: Logger
    /// For the ledger of this run; `nil` if it may spend nothing while it is cut off.
    let branch: LeaseBranch?
    /// Tells others that this run lives, so that they leave its books alone.
    private let mark: RunMark?

    /// Opens the books of a run, if it is to have any.
    ///
    /// - Throws: `CommandFailure` that names the folder.
    init(
        _ settings: Settings.Billing,
        in folder: DataFolder,
        run: String,
        prices: PriceBook,
        log: Logger
    ) throws(CommandFailure) {
        (self.folder, self.run, self.log) = (folder, run, log)
        guard settings.lease > .zero else {
            (branch, mark) = (nil, nil)
            return
        }
        do throws(DataFolder.Failure) {
            try folder.create()
            mark = try folder.mark(run: run)
            var rules = settings.ledgerSettings
            rules.repeatsRequests = false
            let books = Ledger(store: try folder.leaseStore(run: run), instance: run, prices: prices, settings: rules)
            branch = LeaseBranch(ledger: books, amount: settings.lease) { Self.lose($0, $1, log) }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Tells the ledger what dead runs have spent; what cannot be told now is tried again until it is.
    func settleDeadRuns(with ledger: Ledger) async {
        for run in folder.deadRunsWithLeases() where await !settle(run, ledger) {
            Task {
                while !ledger.isClosed {
                    try? await Task.sleep(for: .seconds(5))
                    if await settle(run, ledger) { return }
                }
            }
        }
    }

    /// Tells the ledger what one of them has spent.
    ///
    /// - Returns: Whether that is done, or cannot be done at all.
    private func settle(_ run: String, _ ledger: Ledger) async -> Bool {
        let log = log
        let store: any LedgerStore
        do throws(DataFolder.Failure) {
            store = try folder.leaseStore(run: run)
        } catch {
            let metadata: Logger.Metadata = ["run": "\(run)", "failure": "\(error)"]
            log.error("what a dead server has spent cannot be read", metadata: metadata)
            return true
        }
        let books = Ledger(store: store, instance: ledger.instance, prices: ledger.prices)
        let branch = LeaseBranch(ledger: books, amount: .zero) { Self.lose($0, $1, log) }
        var isDone = false
        do throws(LedgerError) {
            isDone = try await ledger.settle(leftBy: run, branch)
        } catch {
            let metadata: Logger.Metadata = ["run": "\(run)", "failure": "\(error)"]
            log.warning("what a dead server has spent cannot be told", metadata: metadata)
        }
        _ = await books.close()
        guard isDone else { return false }
        if branch.hasLost {
            let place = folder.keepLeaseStore(run: run)
            log.error(
                "what a dead server has spent is kept, for nobody is billed for it",
                metadata: ["file": "\(place)"]
            )
        } else {
            folder.removeLeaseStore(run: run)
            log.notice("leases of a dead server were settled", metadata: ["run": "\(run)"])
        }
        return true
    }

    /// Removes the run's books if the ledger knows everything; called when the ledger is closed.
    func close() {
        guard let branch else { return }
        if branch.isClear, !branch.hasLost {
            folder.removeLeaseStore(run: run)
        } else {
            log.warning("what was spent of leases is not told yet: the next start in the same data folder tells it")
        }
        withExtendedLifetime(mark) {}
    }

    private static func lose(_ requestID: String, _ lease: String, _ log: Logger) {
        log.error(
            "a request is not billed, because its lease was given up",
            metadata: ["request": "\(requestID)", "lease": "\(lease)"]
        )
    }
}
