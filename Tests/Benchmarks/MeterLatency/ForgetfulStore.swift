import Billing
import Synchronization

/// A ledger that writes nothing: rows that requests need are kept in memory, the journal is forgotten.
///
/// What a server does with it is what it would do without a ledger, but for the microseconds of the rules.
final class ForgetfulStore: LedgerStore {
    private let tables = Mutex(Tables())

    func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError) {
        let work = Forgetting(tables.withLock { $0 })
        try body(work)
        tables.withLock { $0 = work.tables }
    }

    func read<Result>(_ body: (any LedgerReader) throws(StoreError) -> Result) throws(StoreError) -> Result {
        try body(Forgetting(tables.withLock { $0 }))
    }

    func close() {}
}

private struct Tables: Sendable {
    var head = JournalHead.genesis
    var accounts: [String: Account] = [:]
    var keys: [String: APIKey] = [:]
    var holds: [String: OpenHold] = [:]
}

/// One transaction.
private final class Forgetting: LedgerWriter {
    var tables: Tables

    init(_ tables: Tables) { self.tables = tables }

    func head() throws(StoreError) -> JournalHead { tables.head }
    func account(named name: String) throws(StoreError) -> Account? { tables.accounts[name] }
    func accounts() throws(StoreError) -> [Account] { Array(tables.accounts.values) }
    func key(id: String) throws(StoreError) -> APIKey? { tables.keys[id] }
    func key(digest: String) throws(StoreError) -> APIKey? { tables.keys.values.first { $0.digest == digest } }
    func hasKeys() throws(StoreError) -> Bool { !tables.keys.isEmpty }
    func keys() throws(StoreError) -> [APIKey] { Array(tables.keys.values) }
    func openHold(requestID: String) throws(StoreError) -> OpenHold? { tables.holds[requestID] }
    func openHolds() throws(StoreError) -> [OpenHold] { Array(tables.holds.values) }
    func holdEntry(requestID: String) throws(StoreError) -> JournalEntry? { nil }
    func terminalEntry(requestID: String) throws(StoreError) -> JournalEntry? { nil }
    func lease(id: String) throws(StoreError) -> Lease? { nil }
    func leases() throws(StoreError) -> [Lease] { [] }
    func grantEntry(id: String) throws(StoreError) -> JournalEntry? { nil }
    func entries(after seq: Int, limit: Int) throws(StoreError) -> [JournalEntry] { [] }
    func billedEntries(
        account: String?,
        from: Milliseconds,
        until: Milliseconds,
        after seq: Int,
        limit: Int
    ) throws(StoreError) -> [JournalEntry] { [] }
    func recentCaptures(account: String, limit: Int) throws(StoreError) -> [JournalEntry] { [] }
    func idempotencyRecord(account: String, keyDigest: String) throws(StoreError) -> IdempotencyRecord? { nil }
    func idempotencyRecord(requestID: String) throws(StoreError) -> IdempotencyRecord? { nil }
    func engineTotals() throws(StoreError) -> [EngineTotals] { [] }

    func append(_ entry: JournalEntry) throws(StoreError) { tables.head = entry.head }
    func put(_ account: Account) throws(StoreError) { tables.accounts[account.name] = account }
    func put(_ key: APIKey) throws(StoreError) { tables.keys[key.id] = key }
    func open(_ hold: OpenHold) throws(StoreError) { tables.holds[hold.requestID] = hold }
    func extend(_ hold: OpenHold, by entry: JournalEntry) throws(StoreError) { tables.holds[hold.requestID] = hold }
    func setCheckpoint(_ usage: TokenUsage, requestID: String) throws(StoreError) {}
    func removeHold(requestID: String) throws(StoreError) { tables.holds[requestID] = nil }
    func put(_ lease: Lease) throws(StoreError) {}
    func removeLease(id: String) throws(StoreError) {}
    func put(_ record: IdempotencyRecord) throws(StoreError) {}
    func removeIdempotencyRecord(account: String, keyDigest: String) throws(StoreError) {}
    func removeIdempotencyRecords(expiredBy now: Milliseconds) throws(StoreError) {}
    func put(_ totals: EngineTotals) throws(StoreError) {}
    var runs: (any RunRegistry)? { nil }
}
