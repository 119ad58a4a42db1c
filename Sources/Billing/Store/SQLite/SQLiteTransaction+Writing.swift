import Foundation
import GRDB

/// Writes within one transaction of SQLite.
extension SQLiteTransaction: LedgerWriter {
    func append(_ entry: JournalEntry) throws(StoreError) {
        try execute(
            """
            INSERT INTO journal (seq, time, kind, account, key, reference, billed_at, detail, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.seq, entry.time, entry.event.kind.rawValue, entry.account, entry.key, entry.reference,
                entry.event.billedAt, entry.detail, Data(entry.hash),
            ]
        )
    }

    func put(_ account: Account) throws(StoreError) {
        try execute(
            "INSERT INTO account (name, state) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state",
            [account.name, CanonicalJSON.text(of: account)]
        )
    }

    func put(_ key: APIKey) throws(StoreError) {
        try execute(
            """
            INSERT INTO api_key (id, account, created, digest, previous_digest, state) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, previous_digest = excluded.previous_digest,
                state = excluded.state
            """,
            [key.id, key.account, key.createdAt, key.digest, key.previousDigest, CanonicalJSON.text(of: key)]
        )
    }

    func open(_ hold: OpenHold) throws(StoreError) {
        try execute(
            """
            INSERT INTO open_hold (request, seq, checkpoint)
            SELECT reference, seq, ? FROM journal WHERE reference = ? AND kind = 'hold'
            """,
            [CanonicalJSON.text(of: hold.checkpoint), hold.requestID]
        )
    }

    func extend(_ hold: OpenHold, by entry: JournalEntry) throws(StoreError) {
        try execute("UPDATE open_hold SET seq = ? WHERE request = ?", [entry.seq, hold.requestID])
    }

    func setCheckpoint(_ usage: TokenUsage, requestID: String) throws(StoreError) {
        let text = CanonicalJSON.text(of: usage)
        try execute("UPDATE open_hold SET checkpoint = ? WHERE request = ?", [text, requestID])
    }

    func removeHold(requestID: String) throws(StoreError) {
        try execute("DELETE FROM open_hold WHERE request = ?", [requestID])
    }

    func put(_ lease: Lease) throws(StoreError) {
        try execute(
            "INSERT INTO lease (id, begun, state) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state",
            [lease.id, lease.begunAt, CanonicalJSON.text(of: lease)]
        )
    }

    func removeLease(id: String) throws(StoreError) {
        try execute("DELETE FROM lease WHERE id = ?", [id])
    }

    func put(_ record: IdempotencyRecord) throws(StoreError) {
        try execute(
            """
            INSERT INTO idempotency (account, key_digest, body_digest, request, seed, state, billed, status,
                content_type, body, expires)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, key_digest) DO UPDATE SET body_digest = excluded.body_digest,
                request = excluded.request, seed = excluded.seed, state = excluded.state, billed = excluded.billed,
                status = excluded.status, content_type = excluded.content_type, body = excluded.body,
                expires = excluded.expires
            """,
            [
                record.account, record.keyDigest, record.bodyDigest, record.requestID, Int64(bitPattern: record.seed),
                record.state.rawValue, CanonicalJSON.text(of: record.billed), record.response?.status,
                record.response?.contentType, record.response.map { Data($0.body) }, record.expiresAt,
            ]
        )
    }

    func removeIdempotencyRecord(account: String, keyDigest: String) throws(StoreError) {
        try execute("DELETE FROM idempotency WHERE account = ? AND key_digest = ?", [account, keyDigest])
    }

    func removeIdempotencyRecords(expiredBy now: Milliseconds) throws(StoreError) {
        try execute("DELETE FROM idempotency WHERE expires <= ? AND state <> 'running'", [now])
    }

    func put(_ totals: EngineTotals) throws(StoreError) {
        try execute(
            """
            INSERT INTO engine_totals (instance, requests, usage, closed) VALUES (?, ?, ?, ?)
            ON CONFLICT (instance) DO UPDATE SET requests = excluded.requests, usage = excluded.usage,
                closed = excluded.closed
            """,
            [totals.instance, totals.requests, CanonicalJSON.text(of: totals.usage), totals.isClosed]
        )
    }

    /// The data folder is locked by its one server.
    var runs: (any RunRegistry)? { nil }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws(StoreError) {
        try SQLiteStore.translating {
            try database.cachedStatement(sql: sql).execute(arguments: arguments)
        }
    }
}
