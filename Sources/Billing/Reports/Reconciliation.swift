/// The proof that engine, ledger and clients speak of the same tokens.
///
/// Three numbers meet in every capture: what the gateway billed, what the engine counted for the request, and what the
/// client was told. For each run of a server they also meet in sum: the engine's totals come from counters of its own, so
/// an entry that was lost, doubled or altered shows.
package struct Reconciliation: Sendable {
    /// Requests that were captured.
    package private(set) var captures = 0
    /// Of them those whose client was told a usage.
    package private(set) var reported = 0
    /// Requests of dead runs, billed at their last checkpoint: the engine did not live to tell.
    package private(set) var recoveries = 0
    package private(set) var voids = 0
    /// Runs of servers.
    package private(set) var runs = 0
    /// What the ledger says of captured requests, before what earlier attempts were billed is taken off.
    package private(set) var ledgerTokens = TokenUsage.zero
    /// What the engine says of them.
    package private(set) var engineTokens = TokenUsage.zero
    /// What clients were told.
    package private(set) var reportedTokens = TokenUsage.zero
    /// What the ledger says of those requests whose clients were told something.
    package private(set) var reportableTokens = TokenUsage.zero
    package private(set) var findings = Findings()

    /// Whether everything agrees.
    package var isSound: Bool { findings.count == 0 }

    private static let pageSize = 1000

    /// What the entries of one run of a server add up to.
    private struct Run {
        var ended = 0
        var usage = TokenUsage.zero
        /// Requests that the engine may have ended without an entry that says so.
        var unaccounted = 0
        /// Of them those that were billed at their checkpoints.
        var recovered = 0
        /// Whether it has, or had and lost, a lease whose requests the ledger knows nothing of.
        var hasUntold = false
    }

    /// Reads a ledger from its first entry to the last, in one state.
    ///
    /// - Throws: `StoreError` if it cannot be read.
    init(of reader: any LedgerReader) throws(StoreError) {
        var byRun: [String: Run] = [:]
        var seq = 0
        while true {
            let page = try reader.entries(after: seq, limit: Reconciliation.pageSize)
            for entry in page { count(entry, &byRun) }
            guard let last = page.last, page.count == Reconciliation.pageSize else { break }
            seq = last.seq
        }
        for hold in try reader.openHolds() { byRun[hold.terms.instance, default: Run()].unaccounted += 1 }
        for lease in try reader.leases() { byRun[lease.instance, default: Run()].hasUntold = true }
        let totals = try reader.engineTotals()
        runs = Set(byRun.keys).union(totals.map(\.instance)).count
        for total in totals { compare(total, byRun.removeValue(forKey: total.instance) ?? Run()) }
        for (instance, run) in byRun.sorted(by: { $0.key < $1.key }) where run.ended > 0 {
            findings.add("run \(instance) ended \(run.ended) requests, but its engine's totals are missing")
        }
    }

    private mutating func count(_ entry: JournalEntry, _ byRun: inout [String: Run]) {
        switch entry.event {
        case .capture(let settlement):
            captures += 1
            ledgerTokens += settlement.usage
            guard let engine = settlement.engine else {
                return findings.add("entry \(entry.seq) says nothing of what the engine counted")
            }
            engineTokens += engine
            findings.expect(
                engine == settlement.usage,
                "entry \(entry.seq): the engine counted other tokens than the ledger"
            )
            byRun[settlement.instance, default: Run()].ended += 1
            byRun[settlement.instance, default: Run()].usage += engine
            guard let told = settlement.reported else { return }
            reported += 1
            reportedTokens += told
            reportableTokens += settlement.usage
            findings.expect(
                told == settlement.usage,
                "entry \(entry.seq): the client was told other tokens than the ledger's"
            )
        case .recovered(let settlement):
            recoveries += 1
            byRun[settlement.instance, default: Run()].unaccounted += 1
            byRun[settlement.instance, default: Run()].recovered += 1
        case .leaseEnded(let end) where end.reason == .givenUp:
            byRun[end.instance, default: Run()].hasUntold = true
        case .void(let voiding):
            voids += 1
            guard let engine = voiding.engine else { return }
            byRun[voiding.instance, default: Run()].ended += 1
            byRun[voiding.instance, default: Run()].usage += engine
        default: break
        }
    }

    private mutating func compare(_ totals: EngineTotals, _ run: Run) {
        let missing = totals.requests - run.ended
        let name = "run \(totals.instance)"
        if missing == 0 {
            findings.expect(run.usage == totals.usage, "\(name): the engine's totals are not the sum of the entries")
        } else if missing < 0 {
            findings.add("\(name): \(-missing) more requests have entries than the engine ended")
        } else {
            // A run that died, or still works, may have ended requests whose entries are being written or never were.
            // One that ended in order may have been cut off for so long that another replica ended some of its requests.
            let mayMiss = totals.isClosed ? run.recovered : run.unaccounted
            findings.expect(
                missing <= mayMiss || run.hasUntold,
                "\(name): \(missing) requests that the engine ended have no entry of their end"
            )
            let rest = totals.usage - run.usage
            findings.expect(
                [rest.prompt, rest.thinking, rest.answer, rest.forced].allSatisfy { $0 >= 0 },
                "\(name): the entries have more tokens than the engine counted"
            )
        }
    }
}
