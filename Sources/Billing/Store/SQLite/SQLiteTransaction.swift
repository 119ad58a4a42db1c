import Foundation
import GRDB

/// Reads within one transaction of SQLite.
///
/// - Note: Lives within a call of `SQLiteStore.read` or `write`, on the connection's queue.
final class SQLiteTransaction: LedgerReader {
    let database: Database

    init(database: Database) { self.database = database }

    private static let entryColumns = "seq, time, kind, account, key, reference, detail, hash"
    private static let prefixedEntryColumns = "j.seq, j.time, j.kind, j.account, j.key, j.reference, j.detail, j.hash"

    func head() throws(StoreError) -> JournalHead {
        try first("SELECT seq, time, hash FROM journal ORDER BY seq DESC LIMIT 1", []) {
            JournalHead(seq: $0[0], time: $0[1], hash: SQLiteTransaction.bytes($0[2]))
        } ?? .genesis
    }

    func account(named name: String) throws(StoreError) -> Account? {
        try first("SELECT state FROM account WHERE name = ?", [name]) { try SQLiteTransaction.state($0) }
    }

    func accounts() throws(StoreError) -> [Account] {
        try all("SELECT state FROM account ORDER BY name", []) { try SQLiteTransaction.state($0) }
    }

    func key(id: String) throws(StoreError) -> APIKey? {
        try first("SELECT state FROM api_key WHERE id = ?", [id]) { try SQLiteTransaction.state($0) }
    }

    func key(digest: String) throws(StoreError) -> APIKey? {
        let sql = "SELECT state FROM api_key WHERE digest = ? OR previous_digest = ? LIMIT 1"
        return try first(sql, [digest, digest]) { try SQLiteTransaction.state($0) }
    }

    func hasKeys() throws(StoreError) -> Bool {
        try first("SELECT EXISTS (SELECT 1 FROM api_key)", []) { $0[0] } ?? false
    }

    func keys() throws(StoreError) -> [APIKey] {
        try all("SELECT state FROM api_key ORDER BY account, created, id", []) { try SQLiteTransaction.state($0) }
    }

    func openHold(requestID: String) throws(StoreError) -> OpenHold? {
        try holds(where: "o.request = ?", [requestID]).first
    }

    func openHolds() throws(StoreError) -> [OpenHold] { try holds(where: "true", []) }

    func holdEntry(requestID: String) throws(StoreError) -> JournalEntry? {
        try entries("WHERE reference = ? AND kind = 'hold'", [requestID]).first
    }

    func terminalEntry(requestID: String) throws(StoreError) -> JournalEntry? {
        try entries("WHERE reference = ? AND kind IN ('capture', 'void', 'recovered')", [requestID]).first
    }

    func lease(id: String) throws(StoreError) -> Lease? {
        try first("SELECT state FROM lease WHERE id = ?", [id]) { try SQLiteTransaction.state($0) }
    }

    func leases() throws(StoreError) -> [Lease] {
        try all("SELECT state FROM lease ORDER BY begun, id", []) { try SQLiteTransaction.state($0) }
    }

    func grantEntry(id: String) throws(StoreError) -> JournalEntry? {
        try entries("WHERE reference = ? AND kind IN ('grant', 'credit_grant')", [id]).first
    }

    func entries(after seq: Int, limit: Int) throws(StoreError) -> [JournalEntry] {
        try entries("WHERE seq > ? ORDER BY seq LIMIT ?", [seq, limit])
    }

    func billedEntries(
        account: String?,
        from: Milliseconds,
        until: Milliseconds,
        after seq: Int,
        limit: Int
    ) throws(StoreError) -> [JournalEntry] {
        let clause = "WHERE billed_at >= ? AND billed_at < ? AND seq > ? AND (account = ? OR ?) ORDER BY seq LIMIT ?"
        return try entries(clause, [from, until, seq, account, account == nil, limit])
    }

    func recentCaptures(account: String, limit: Int) throws(StoreError) -> [JournalEntry] {
        let clause = "WHERE account = ? AND billed_at IS NOT NULL AND kind = 'capture' ORDER BY billed_at DESC LIMIT ?"
        return try entries(clause, [account, limit])
    }

    func idempotencyRecord(account: String, keyDigest: String) throws(StoreError) -> IdempotencyRecord? {
        try record(where: "account = ? AND key_digest = ?", [account, keyDigest])
    }

    func idempotencyRecord(requestID: String) throws(StoreError) -> IdempotencyRecord? {
        try record(where: "request = ?", [requestID])
    }

    func engineTotals() throws(StoreError) -> [EngineTotals] {
        try all("SELECT instance, requests, usage, closed FROM engine_totals ORDER BY instance", []) {
            EngineTotals(
                instance: $0[0],
                requests: $0[1],
                usage: try CanonicalJSON.read(TokenUsage.self, from: $0[2]),
                isClosed: $0[3]
            )
        }
    }
}

// MARK: - Rows

extension SQLiteTransaction {
    private func entries(_ clause: String, _ arguments: StatementArguments) throws(StoreError) -> [JournalEntry] {
        try all("SELECT \(SQLiteTransaction.entryColumns) FROM journal \(clause)", arguments) {
            try SQLiteTransaction.entry($0)
        }
    }

    private func holds(where condition: String, _ arguments: StatementArguments) throws(StoreError) -> [OpenHold] {
        let sql = """
            SELECT \(SQLiteTransaction.prefixedEntryColumns), o.checkpoint
            FROM open_hold o JOIN journal j ON j.seq = o.seq WHERE \(condition) ORDER BY o.seq
            """
        return try all(sql, arguments) { row in
            let entry = try SQLiteTransaction.entry(row)
            let checkpoint = try CanonicalJSON.read(TokenUsage.self, from: row[8])
            guard let hold = OpenHold(entry, checkpoint: checkpoint) else {
                throw StoreError.corrupt("entry \(entry.seq) is no hold")
            }
            return hold
        }
    }

    private func record(where condition: String, _ arguments: StatementArguments) throws(StoreError)
        -> IdempotencyRecord?
    {
        let sql = """
            SELECT account, key_digest, body_digest, request, seed, state, billed, status, content_type, body, expires
            FROM idempotency WHERE \(condition)
            """
        return try first(sql, arguments) { row in
            guard let state = IdempotencyRecord.State(rawValue: row[5]) else {
                throw StoreError.corrupt("an idempotency record has no state")
            }
            let status: Int? = row[7]
            return IdempotencyRecord(
                account: row[0],
                keyDigest: row[1],
                bodyDigest: row[2],
                requestID: row[3],
                seed: UInt64(bitPattern: row[4]),
                state: state,
                billed: try CanonicalJSON.read(TokenUsage.self, from: row[6]),
                response: status.map {
                    StoredResponse(status: $0, contentType: row[8], body: SQLiteTransaction.bytes(row[9]))
                },
                expiresAt: row[10]
            )
        }
    }

    private func first<Value>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ read: (Row) throws -> Value
    ) throws(StoreError) -> Value? {
        try SQLiteStore.translating {
            try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments).map(read)
        }
    }

    private func all<Value>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ read: (Row) throws -> Value
    ) throws(StoreError) -> [Value] {
        try SQLiteStore.translating {
            var values: [Value] = []
            let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
            while let row = try rows.next() { values.append(try read(row)) }
            return values
        }
    }

    private static func entry(_ row: Row) throws -> JournalEntry {
        try JournalEntry(
            seq: row[0],
            time: row[1],
            kind: row[2],
            account: row[3],
            key: row[4],
            reference: row[5],
            detail: row[6],
            hash: bytes(row[7])
        )
    }

    private static func state<State: Decodable>(_ row: Row) throws -> State {
        try CanonicalJSON.read(State.self, from: row[0])
    }

    private static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }
}
