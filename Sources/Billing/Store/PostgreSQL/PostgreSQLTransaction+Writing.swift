/// Writes within one transaction of PostgreSQL.
extension PostgreSQLTransaction: LedgerWriter {
    func append(_ entry: JournalEntry) throws(StoreError) {
        appended = entry.head
        try connection.send(
            """
            INSERT INTO journal (seq, time, kind, account, key, reference, billed_at, detail, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .integer(entry.seq), .integer(entry.time), .text(entry.event.kind.rawValue), .text(entry.account),
                .text(entry.key), .text(entry.reference), .integer(entry.event.billedAt), .text(entry.detail),
                .bytes(entry.hash),
            ]
        )
    }

    func put(_ account: Account) throws(StoreError) {
        try connection.send(
            "INSERT INTO account (name, state) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET state = excluded.state",
            [.text(account.name), .text(CanonicalJSON.text(of: account))]
        )
    }

    func put(_ key: APIKey) throws(StoreError) {
        try connection.send(
            """
            INSERT INTO api_key (id, account, created, digest, previous_digest, state) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, previous_digest = excluded.previous_digest,
                state = excluded.state
            """,
            [
                .text(key.id), .text(key.account), .integer(key.createdAt), .text(key.digest),
                .text(key.previousDigest), .text(CanonicalJSON.text(of: key)),
            ]
        )
    }

    func open(_ hold: OpenHold) throws(StoreError) {
        try connection.send(
            """
            INSERT INTO open_hold (request, seq, instance, checkpoint)
            SELECT reference, seq, $2, $3 FROM journal WHERE reference = $1 AND kind = 'hold'
            """,
            [.text(hold.requestID), .text(hold.terms.instance), .text(CanonicalJSON.text(of: hold.checkpoint))]
        )
        // So that no other replica takes the hold of a run it has not heard of for one of a dead run.
        try markAlive(instance: hold.terms.instance)
    }

    func extend(_ hold: OpenHold, by entry: JournalEntry) throws(StoreError) {
        let values: [PostgreSQLValue] = [.text(hold.requestID), .integer(entry.seq)]
        try connection.send("UPDATE open_hold SET seq = $2 WHERE request = $1", values)
    }

    func setCheckpoint(_ usage: TokenUsage, requestID: String) throws(StoreError) {
        let text = CanonicalJSON.text(of: usage)
        try connection.send("UPDATE open_hold SET checkpoint = $2 WHERE request = $1", [.text(requestID), .text(text)])
    }

    func removeHold(requestID: String) throws(StoreError) {
        try connection.send("DELETE FROM open_hold WHERE request = $1", [.text(requestID)])
    }

    func put(_ lease: Lease) throws(StoreError) {
        try connection.send(
            """
            INSERT INTO lease (id, begun, state) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state
            """,
            [.text(lease.id), .integer(lease.begunAt), .text(CanonicalJSON.text(of: lease))]
        )
    }

    func removeLease(id: String) throws(StoreError) {
        try connection.send("DELETE FROM lease WHERE id = $1", [.text(id)])
    }

    func put(_ record: IdempotencyRecord) throws(StoreError) {
        try connection.send(
            """
            INSERT INTO idempotency (account, key_digest, body_digest, request, seed, state, billed, status,
                content_type, body, expires)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (account, key_digest) DO UPDATE SET body_digest = excluded.body_digest,
                request = excluded.request, seed = excluded.seed, state = excluded.state, billed = excluded.billed,
                status = excluded.status, content_type = excluded.content_type, body = excluded.body,
                expires = excluded.expires
            """,
            [
                .text(record.account), .text(record.keyDigest), .text(record.bodyDigest), .text(record.requestID),
                .integer(Int(bitPattern: UInt(record.seed))), .text(record.state.rawValue),
                .text(CanonicalJSON.text(of: record.billed)), .integer(record.response?.status),
                .text(record.response?.contentType), .bytes(record.response?.body), .integer(record.expiresAt),
            ]
        )
    }

    func removeIdempotencyRecord(account: String, keyDigest: String) throws(StoreError) {
        try connection.send(
            "DELETE FROM idempotency WHERE account = $1 AND key_digest = $2",
            [.text(account), .text(keyDigest)]
        )
    }

    func removeIdempotencyRecords(expiredBy now: Milliseconds) throws(StoreError) {
        try connection.send("DELETE FROM idempotency WHERE expires <= $1 AND state <> 'running'", [.integer(now)])
    }

    func put(_ totals: EngineTotals) throws(StoreError) {
        try connection.send(
            """
            INSERT INTO engine_totals (instance, requests, usage, closed) VALUES ($1, $2, $3, $4)
            ON CONFLICT (instance) DO UPDATE SET requests = excluded.requests, usage = excluded.usage,
                closed = excluded.closed
            """,
            [
                .text(totals.instance), .integer(totals.requests), .text(CanonicalJSON.text(of: totals.usage)),
                .bool(totals.isClosed),
            ]
        )
    }

    var runs: (any RunRegistry)? { self }
}

// MARK: - Runs of servers

extension PostgreSQLTransaction: RunRegistry {
    func markAlive(instance: String) throws(StoreError) {
        guard markedRuns.insert(instance).inserted else { return }
        try connection.send(
            """
            INSERT INTO server_run (instance, seen) VALUES ($1, clock_timestamp())
            ON CONFLICT (instance) DO UPDATE SET seen = excluded.seen
            """,
            [.text(instance)]
        )
    }

    func silentRuns(for silence: Duration) throws(StoreError) -> Set<String> {
        let milliseconds = Int(silence / .milliseconds(1))
        let rows = try connection.query(
            """
            SELECT DISTINCT o.instance FROM open_hold o LEFT JOIN server_run r USING (instance)
            WHERE coalesce(r.seen, '-infinity') < clock_timestamp() - $1 * interval '1 millisecond'
            """,
            [.integer(milliseconds)]
        )
        var runs: Set<String> = []
        for index in 0..<rows.count { runs.insert(try rows[index].text(0)) }
        return runs
    }

    func forgetRuns(silentFor silence: Duration) throws(StoreError) {
        try connection.send(
            """
            DELETE FROM server_run r WHERE seen < clock_timestamp() - $1 * interval '1 millisecond'
            AND NOT EXISTS (SELECT FROM open_hold o WHERE o.instance = r.instance)
            """,
            [.integer(Int(silence / .milliseconds(1)))]
        )
    }
}
