/// The tables of a ledger in PostgreSQL, and how older ones become them.
///
/// Migrations that were released are never changed: new ones are added behind them.
enum PostgreSQLSchema {
    /// The version that this program works with.
    static var version: Int { migrations.count }

    /// Locks the ledger against other writers until the transaction ends, and tells its version.
    static let lock = "SELECT version FROM ledger_schema FOR UPDATE"

    /// Any number that other programs with locks in the same database are unlikely to use.
    private static let migrationLock = 0x4163_7475_6172_79

    /// Brings the tables up to date; several replicas may do so at once.
    ///
    /// - Throws: `StoreError.newerSchema`; `.notALedger` if tables of others are in the way.
    static func migrate(_ connection: PostgreSQLConnection) throws(StoreError) {
        try check(connection.query("SHOW server_encoding")[0].text(0))
        if try found(connection) == version { return }
        try connection.send("BEGIN")
        try connection.send("SELECT pg_advisory_xact_lock($1)", [.integer(migrationLock)])
        try connection.finishBatch()
        let found = try found(connection)
        if found == nil { for statement in foundation { try connection.send(statement) } }
        for statement in migrations.dropFirst(found ?? 0).joined() { try connection.send(statement) }
        try connection.send("UPDATE ledger_schema SET version = $1", [.integer(version)])
        try connection.send("COMMIT")
        try connection.finishBatch()
    }

    /// The version of the tables; `nil` if there are none.
    private static func found(_ connection: PostgreSQLConnection) throws(StoreError) -> Int? {
        // Not `to_regclass`, which may still answer from a cache of before the lock.
        let sql = "SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'ledger_schema'"
        guard try connection.query(sql).count == 1 else { return nil }
        let rows = try connection.query("SELECT version FROM ledger_schema")
        guard rows.count == 1 else { throw .notALedger("the table ledger_schema has \(rows.count) rows") }
        let found = try rows[0].integer(0)
        guard found <= version else { throw .newerSchema(found: String(found)) }
        return found
    }

    private static func check(_ encoding: String) throws(StoreError) {
        guard encoding == "UTF8" else {
            throw .notALedger("the database's encoding is \(encoding); create it with ENCODING 'UTF8'")
        }
    }

    private static let foundation = [
        // One row: the version, and the lock of all writers.
        "CREATE TABLE ledger_schema (one BOOLEAN PRIMARY KEY CHECK (one), version BIGINT NOT NULL)",
        "INSERT INTO ledger_schema (one, version) VALUES (true, 0)",
    ]

    /// Version 2 has the same tables, but entries that extend a hold: programs of version 1 must not read it.
    private static let migrations = [version1, [], version3]

    /// Leases.
    private static let version3 = [
        "CREATE UNIQUE INDEX journal_lease ON journal(reference) WHERE kind = 'lease'",
        "CREATE UNIQUE INDEX journal_lease_end ON journal(reference) WHERE kind = 'lease_ended'",
        """
        CREATE TABLE lease (id TEXT COLLATE "C" PRIMARY KEY, begun BIGINT NOT NULL, state TEXT NOT NULL)
        WITH (fillfactor = 50)
        """,
    ]

    /// Names sort by their bytes, as in SQLite. Rows that are often overwritten have room for their next version.
    ///
    /// Account and key rows hold their state as JSON: they can be made anew from the journal at any time.
    private static let version1 = [
        """
        CREATE TABLE journal (
            seq BIGINT PRIMARY KEY, time BIGINT NOT NULL, kind TEXT NOT NULL, account TEXT COLLATE "C" NOT NULL,
            key TEXT, reference TEXT, billed_at BIGINT, detail TEXT NOT NULL, hash BYTEA NOT NULL
        )
        """,
        // A second hold, end or grant is impossible, whatever the program does.
        "CREATE UNIQUE INDEX journal_hold ON journal(reference) WHERE kind = 'hold'",
        "CREATE UNIQUE INDEX journal_end ON journal(reference) WHERE kind IN ('capture', 'void', 'recovered')",
        "CREATE UNIQUE INDEX journal_grant ON journal(reference) WHERE kind IN ('grant', 'credit_grant')",
        "CREATE INDEX journal_billed ON journal(account, billed_at) WHERE billed_at IS NOT NULL",
        """
        CREATE FUNCTION journal_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the journal only grows' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER journal_keeps_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
        FOR EACH STATEMENT EXECUTE FUNCTION journal_only_grows()
        """,
        "CREATE TABLE account (name TEXT COLLATE \"C\" PRIMARY KEY, state TEXT NOT NULL) WITH (fillfactor = 50)",
        """
        CREATE TABLE api_key (
            id TEXT COLLATE "C" PRIMARY KEY, account TEXT COLLATE "C" NOT NULL, created BIGINT NOT NULL,
            digest TEXT NOT NULL UNIQUE, previous_digest TEXT, state TEXT NOT NULL
        ) WITH (fillfactor = 50)
        """,
        "CREATE INDEX api_key_previous ON api_key(previous_digest) WHERE previous_digest IS NOT NULL",
        // The terms of a hold are in its entry; only the checkpoint is ever overwritten.
        """
        CREATE TABLE open_hold (
            request TEXT PRIMARY KEY, seq BIGINT NOT NULL REFERENCES journal(seq), instance TEXT NOT NULL,
            checkpoint TEXT NOT NULL
        ) WITH (fillfactor = 50)
        """,
        // The runs of servers, and when each was last heard of by this database's clock.
        """
        CREATE TABLE server_run (instance TEXT PRIMARY KEY, seen TIMESTAMPTZ NOT NULL) WITH (fillfactor = 50)
        """,
        """
        CREATE TABLE idempotency (
            account TEXT NOT NULL, key_digest TEXT NOT NULL, body_digest TEXT NOT NULL, request TEXT NOT NULL UNIQUE,
            seed BIGINT NOT NULL, state TEXT NOT NULL, billed TEXT NOT NULL, status BIGINT, content_type TEXT,
            body BYTEA, expires BIGINT NOT NULL, PRIMARY KEY (account, key_digest)
        )
        """,
        "CREATE INDEX idempotency_expires ON idempotency(expires)",
        """
        CREATE TABLE engine_totals (
            instance TEXT COLLATE "C" PRIMARY KEY, requests BIGINT NOT NULL, usage TEXT NOT NULL, closed BOOLEAN NOT NULL
        ) WITH (fillfactor = 50)
        """,
    ]
}
