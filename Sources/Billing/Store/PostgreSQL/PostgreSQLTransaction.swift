/// Reads within one transaction of PostgreSQL.
///
/// What is written is sent with the next read, or the commit; so its failure shows there.
///
/// - Note: Lives within a call of `PostgreSQLStore.read` or `write`.
final class PostgreSQLTransaction: LedgerReader {
    let connection: PostgreSQLConnection
    /// The runs of servers that were marked as alive.
    var markedRuns: Set<String> = []
    /// Where the journal ended when the transaction began, if that was read.
    private var firstHead: JournalHead?
    /// Where it ends now, if entries were added.
    var appended: JournalHead?

    private static let entryColumns = "seq, time, kind, account, key, reference, detail, hash"
    private static let prefixedEntryColumns = "j.seq, j.time, j.kind, j.account, j.key, j.reference, j.detail, j.hash"
    private static let headSQL = "SELECT seq, time, hash FROM journal ORDER BY seq DESC LIMIT 1"

    /// Begins a transaction that no other writes beside.
    ///
    /// - Throws: `StoreError.newerSchema` if a newer program has changed the tables meanwhile.
    init(writingTo connection: PostgreSQLConnection) throws(StoreError) {
        self.connection = connection
        try connection.send("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        try connection.send(PostgreSQLSchema.lock)
        try connection.send(PostgreSQLTransaction.headSQL)
        let results = try connection.finishBatch()
        guard results[1].count == 1 else { throw .notALedger("the table ledger_schema is empty") }
        let version = try results[1][0].integer(0)
        guard version == PostgreSQLSchema.version else { throw .newerSchema(found: String(version)) }
        firstHead = try PostgreSQLTransaction.head(results[2])
    }

    /// Begins a transaction that sees one state.
    init(readingFrom connection: PostgreSQLConnection) throws(StoreError) {
        self.connection = connection
        // The state is that of the first read; both travel together.
        try connection.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    func head() throws(StoreError) -> JournalHead {
        if let head = appended ?? firstHead { return head }
        return try PostgreSQLTransaction.head(connection.query(PostgreSQLTransaction.headSQL))
    }

    func account(named name: String) throws(StoreError) -> Account? {
        try first("SELECT state FROM account WHERE name = $1", [.text(name)], PostgreSQLTransaction.state)
    }

    func accounts() throws(StoreError) -> [Account] {
        try all("SELECT state FROM account ORDER BY name", [], PostgreSQLTransaction.state)
    }

    func key(id: String) throws(StoreError) -> APIKey? {
        try first("SELECT state FROM api_key WHERE id = $1", [.text(id)], PostgreSQLTransaction.state)
    }

    func key(digest: String) throws(StoreError) -> APIKey? {
        let sql = "SELECT state FROM api_key WHERE digest = $1 OR previous_digest = $1 LIMIT 1"
        return try first(sql, [.text(digest)], PostgreSQLTransaction.state)
    }

    func hasKeys() throws(StoreError) -> Bool {
        try connection.query("SELECT EXISTS (SELECT FROM api_key)")[0].bool(0)
    }

    func keys() throws(StoreError) -> [APIKey] {
        try all("SELECT state FROM api_key ORDER BY account, created, id", [], PostgreSQLTransaction.state)
    }

    func openHold(requestID: String) throws(StoreError) -> OpenHold? {
        try holds(where: "o.request = $1", [.text(requestID)]).first
    }

    func openHolds() throws(StoreError) -> [OpenHold] { try holds(where: "true", []) }

    func holdEntry(requestID: String) throws(StoreError) -> JournalEntry? {
        try entries("WHERE reference = $1 AND kind = 'hold'", [.text(requestID)]).first
    }

    func terminalEntry(requestID: String) throws(StoreError) -> JournalEntry? {
        try entries("WHERE reference = $1 AND kind IN ('capture', 'void', 'recovered')", [.text(requestID)]).first
    }

    func lease(id: String) throws(StoreError) -> Lease? {
        try first("SELECT state FROM lease WHERE id = $1", [.text(id)], PostgreSQLTransaction.state)
    }

    func leases() throws(StoreError) -> [Lease] {
        try all("SELECT state FROM lease ORDER BY begun, id", [], PostgreSQLTransaction.state)
    }

    func grantEntry(id: String) throws(StoreError) -> JournalEntry? {
        try entries("WHERE reference = $1 AND kind IN ('grant', 'credit_grant')", [.text(id)]).first
    }

    func entries(after seq: Int, limit: Int) throws(StoreError) -> [JournalEntry] {
        try entries("WHERE seq > $1 ORDER BY seq LIMIT $2", [.integer(seq), .integer(limit)])
    }

    func billedEntries(
        account: String?,
        from: Milliseconds,
        until: Milliseconds,
        after seq: Int,
        limit: Int
    ) throws(StoreError) -> [JournalEntry] {
        let ofAccount = account == nil ? "" : "AND account = $5"
        let clause = "WHERE billed_at >= $1 AND billed_at < $2 AND seq > $3 \(ofAccount) ORDER BY seq LIMIT $4"
        let values: [PostgreSQLValue] = [.integer(from), .integer(until), .integer(seq), .integer(limit)]
        return try entries(clause, values + (account.map { [.text($0)] } ?? []))
    }

    func recentCaptures(account: String, limit: Int) throws(StoreError) -> [JournalEntry] {
        let condition = "account = $1 AND billed_at IS NOT NULL AND kind = 'capture'"
        return try entries("WHERE \(condition) ORDER BY billed_at DESC LIMIT $2", [.text(account), .integer(limit)])
    }

    func idempotencyRecord(account: String, keyDigest: String) throws(StoreError) -> IdempotencyRecord? {
        try record(where: "account = $1 AND key_digest = $2", [.text(account), .text(keyDigest)])
    }

    func idempotencyRecord(requestID: String) throws(StoreError) -> IdempotencyRecord? {
        try record(where: "request = $1", [.text(requestID)])
    }

    func engineTotals() throws(StoreError) -> [EngineTotals] {
        try all("SELECT instance, requests, usage, closed FROM engine_totals ORDER BY instance", []) { row in
            EngineTotals(
                instance: try row.text(0),
                requests: try row.integer(1),
                usage: try CanonicalJSON.read(TokenUsage.self, from: row.text(2)),
                isClosed: try row.bool(3)
            )
        }
    }
}

// MARK: - Rows

extension PostgreSQLTransaction {
    private func entries(_ clause: String, _ values: [PostgreSQLValue]) throws(StoreError) -> [JournalEntry] {
        let sql = "SELECT \(PostgreSQLTransaction.entryColumns) FROM journal \(clause)"
        return try all(sql, values, PostgreSQLTransaction.entry)
    }

    private func holds(where condition: String, _ values: [PostgreSQLValue]) throws(StoreError) -> [OpenHold] {
        let sql = """
            SELECT \(PostgreSQLTransaction.prefixedEntryColumns), o.checkpoint
            FROM open_hold o JOIN journal j ON j.seq = o.seq WHERE \(condition) ORDER BY o.seq
            """
        return try all(sql, values) { row in
            let entry = try PostgreSQLTransaction.entry(row)
            let checkpoint = try CanonicalJSON.read(TokenUsage.self, from: row.text(8))
            guard let hold = OpenHold(entry, checkpoint: checkpoint) else {
                throw StoreError.corrupt("entry \(entry.seq) is no hold")
            }
            return hold
        }
    }

    private func record(where condition: String, _ values: [PostgreSQLValue]) throws(StoreError) -> IdempotencyRecord? {
        let sql = """
            SELECT account, key_digest, body_digest, request, seed, state, billed, status, content_type, body, expires
            FROM idempotency WHERE \(condition)
            """
        return try first(sql, values) { row in
            guard let state = IdempotencyRecord.State(rawValue: try row.text(5)) else {
                throw StoreError.corrupt("an idempotency record has no state")
            }
            return IdempotencyRecord(
                account: try row.text(0),
                keyDigest: try row.text(1),
                bodyDigest: try row.text(2),
                requestID: try row.text(3),
                seed: UInt64(bitPattern: Int64(try row.integer(4))),
                state: state,
                billed: try CanonicalJSON.read(TokenUsage.self, from: row.text(6)),
                response: try row.optionalInteger(7).map {
                    StoredResponse(status: $0, contentType: try row.text(8), body: try row.bytes(9))
                },
                expiresAt: try row.integer(10)
            )
        }
    }

    private func first<Value>(
        _ sql: String,
        _ values: [PostgreSQLValue],
        _ read: (PostgreSQLRow) throws -> Value
    ) throws(StoreError) -> Value? {
        try all(sql, values, read).first
    }

    private func all<Value>(
        _ sql: String,
        _ values: [PostgreSQLValue],
        _ read: (PostgreSQLRow) throws -> Value
    ) throws(StoreError) -> [Value] {
        let rows = try connection.query(sql, values)
        do {
            return try (0..<rows.count).map { try read(rows[$0]) }
        } catch let error as StoreError {
            throw error
        } catch {
            throw .corrupt("\(error)")
        }
    }

    private static func head(_ rows: PostgreSQLRows) throws(StoreError) -> JournalHead {
        guard rows.count > 0 else { return .genesis }
        let row = rows[0]
        return JournalHead(seq: try row.integer(0), time: try row.integer(1), hash: try row.bytes(2))
    }

    private static func entry(_ row: PostgreSQLRow) throws -> JournalEntry {
        try JournalEntry(
            seq: row.integer(0),
            time: row.integer(1),
            kind: row.text(2),
            account: row.text(3),
            key: row.optionalText(4),
            reference: row.optionalText(5),
            detail: row.text(6),
            hash: row.bytes(7)
        )
    }

    private static func state<State: Decodable>(_ row: PostgreSQLRow) throws -> State {
        try CanonicalJSON.read(State.self, from: row.text(0))
    }
}
