import Synchronization

@testable import Billing

/// The model of a store: tables as dictionaries, transactions as copies. What a real store does must equal it.
final class MemoryStore: LedgerStore {
    private let tables = Mutex(Tables())
    private let faults: FaultPlan?

    init(faults: FaultPlan? = nil) { self.faults = faults }

    func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError) {
        let writer = MemoryWriter(tables: tables.withLock { $0 }, faults: faults)
        try body(writer)
        try faults?.call()
        tables.withLock { $0 = writer.tables }
        do { try faults?.call() } catch { throw .doubtful("the commit's success does not get back") }
    }

    func read<Result>(_ body: (any LedgerReader) throws(StoreError) -> Result) throws(StoreError) -> Result {
        try body(MemoryWriter(tables: tables.withLock { $0 }, faults: nil))
    }

    func close() {}

    /// Changes rows behind the ledger's back.
    func tamper(_ change: (inout Tables) -> Void) { tables.withLock { change(&$0) } }
}

/// All rows.
struct Tables: Sendable {
    var journal: [JournalEntry] = []
    var accounts: [String: Account] = [:]
    var keys: [String: APIKey] = [:]
    var holds: [String: OpenHold] = [:]
    var idempotency: [[String]: IdempotencyRecord] = [:]
    var totals: [String: EngineTotals] = [:]
    var leases: [String: Lease] = [:]
}

/// Lets the n-th call on a store fail, and then the ones after it work again.
final class FaultPlan: Sendable {
    private let state: Mutex<(count: Int, failing: Range<Int>)>

    init(failing: Range<Int>) { state = Mutex((0, failing)) }

    /// How many calls there were.
    var count: Int { state.withLock { $0.count } }

    func call() throws(StoreError) {
        let fails = state.withLock { state in
            defer { state.count += 1 }
            return state.failing.contains(state.count)
        }
        if fails { throw .full }
    }
}

final class MemoryWriter: LedgerWriter {
    var tables: Tables
    private let faults: FaultPlan?

    init(tables: Tables, faults: FaultPlan?) {
        self.tables = tables
        self.faults = faults
    }

    func head() throws(StoreError) -> JournalHead { tables.journal.last?.head ?? .genesis }
    func account(named name: String) throws(StoreError) -> Account? { tables.accounts[name] }
    func accounts() throws(StoreError) -> [Account] { tables.accounts.values.sorted { $0.name < $1.name } }
    func key(id: String) throws(StoreError) -> APIKey? { tables.keys[id] }
    func key(digest: String) throws(StoreError) -> APIKey? {
        tables.keys.values.first { $0.digest == digest || $0.previousDigest == digest }
    }
    func hasKeys() throws(StoreError) -> Bool { !tables.keys.isEmpty }
    func keys() throws(StoreError) -> [APIKey] {
        tables.keys.values.sorted { ($0.account, $0.createdAt, $0.id) < ($1.account, $1.createdAt, $1.id) }
    }
    func openHold(requestID: String) throws(StoreError) -> OpenHold? { tables.holds[requestID] }
    func openHolds() throws(StoreError) -> [OpenHold] {
        // By the last entry of each.
        let seqs = Dictionary(
            tables.journal.filter { [.hold, .holdExtended].contains($0.event.kind) }.map {
                ($0.reference ?? "", $0.seq)
            },
            uniquingKeysWith: { $1 }
        )
        return tables.holds.values.sorted { seqs[$0.requestID, default: 0] < seqs[$1.requestID, default: 0] }
    }
    func holdEntry(requestID: String) throws(StoreError) -> JournalEntry? {
        tables.journal.first { $0.reference == requestID && $0.event.kind == .hold }
    }
    func terminalEntry(requestID: String) throws(StoreError) -> JournalEntry? {
        tables.journal.first { $0.reference == requestID && $0.event.kind.isTerminal }
    }
    func lease(id: String) throws(StoreError) -> Lease? { tables.leases[id] }
    func leases() throws(StoreError) -> [Lease] {
        tables.leases.values.sorted { ($0.begunAt, $0.id) < ($1.begunAt, $1.id) }
    }
    func grantEntry(id: String) throws(StoreError) -> JournalEntry? {
        tables.journal.first { $0.reference == id && [.grant, .creditGrant].contains($0.event.kind) }
    }
    func entries(after seq: Int, limit: Int) throws(StoreError) -> [JournalEntry] {
        Array(tables.journal.dropFirst(seq).prefix(limit))
    }
    func billedEntries(
        account: String?,
        from: Milliseconds,
        until: Milliseconds,
        after seq: Int,
        limit: Int
    ) throws(StoreError) -> [JournalEntry] {
        let matching = tables.journal.lazy.filter { entry in
            guard entry.seq > seq, account == nil || entry.account == account else { return false }
            return entry.event.billedAt.map { (from..<until).contains($0) } ?? false
        }
        return Array(matching.prefix(limit))
    }
    func recentCaptures(account: String, limit: Int) throws(StoreError) -> [JournalEntry] {
        let captures = tables.journal.filter { $0.account == account && $0.event.kind == .capture }
        return Array(captures.reversed().prefix(limit))
    }
    func idempotencyRecord(account: String, keyDigest: String) throws(StoreError) -> IdempotencyRecord? {
        tables.idempotency[[account, keyDigest]]
    }
    func idempotencyRecord(requestID: String) throws(StoreError) -> IdempotencyRecord? {
        tables.idempotency.values.first { $0.requestID == requestID }
    }
    func engineTotals() throws(StoreError) -> [EngineTotals] {
        tables.totals.values.sorted { $0.instance < $1.instance }
    }

    func append(_ entry: JournalEntry) throws(StoreError) {
        try faults?.call()
        let isTaken = tables.journal.contains { known in
            guard entry.reference != nil, known.reference == entry.reference, entry.event.kind != .holdExtended else {
                return false
            }
            return known.event.kind == entry.event.kind || (known.event.kind.isTerminal && entry.event.kind.isTerminal)
        }
        if isTaken { throw .conflict("reference") }
        tables.journal.append(entry)
    }
    func put(_ account: Account) throws(StoreError) {
        try faults?.call()
        tables.accounts[account.name] = account
    }
    func put(_ key: APIKey) throws(StoreError) {
        try faults?.call()
        tables.keys[key.id] = key
    }
    func open(_ hold: OpenHold) throws(StoreError) {
        try faults?.call()
        tables.holds[hold.requestID] = hold
    }
    func extend(_ hold: OpenHold, by entry: JournalEntry) throws(StoreError) {
        try faults?.call()
        tables.holds[hold.requestID]?.terms = hold.terms
    }
    func setCheckpoint(_ usage: TokenUsage, requestID: String) throws(StoreError) {
        try faults?.call()
        tables.holds[requestID]?.checkpoint = usage
    }
    func removeHold(requestID: String) throws(StoreError) {
        try faults?.call()
        tables.holds[requestID] = nil
    }
    func put(_ lease: Lease) throws(StoreError) {
        try faults?.call()
        tables.leases[lease.id] = lease
    }
    func removeLease(id: String) throws(StoreError) {
        try faults?.call()
        tables.leases[id] = nil
    }
    func put(_ record: IdempotencyRecord) throws(StoreError) {
        try faults?.call()
        tables.idempotency[[record.account, record.keyDigest]] = record
    }
    func removeIdempotencyRecord(account: String, keyDigest: String) throws(StoreError) {
        tables.idempotency[[account, keyDigest]] = nil
    }
    func removeIdempotencyRecords(expiredBy now: Milliseconds) throws(StoreError) {
        tables.idempotency = tables.idempotency.filter { $1.expiresAt > now || $1.state == .running }
    }
    var runs: (any RunRegistry)? { nil }

    func put(_ totals: EngineTotals) throws(StoreError) {
        try faults?.call()
        tables.totals[totals.instance] = totals
    }
}
