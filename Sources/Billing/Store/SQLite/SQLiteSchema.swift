import GRDB

/// The tables of a ledger in SQLite, and how older ones become them.
///
/// Migrations that were released are never changed: new ones are added behind them.
enum SQLiteSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            for statement in version1 { try database.execute(sql: statement) }
        }
        // Version 2 has the same tables, but entries that extend a hold: programs of version 1 must not read it.
        migrator.registerMigration("2") { _ in }
        migrator.registerMigration("3") { database in
            for statement in version3 { try database.execute(sql: statement) }
        }
        return migrator
    }

    /// Leases.
    private static let version3 = [
        "CREATE UNIQUE INDEX journal_lease ON journal(reference) WHERE kind = 'lease'",
        "CREATE UNIQUE INDEX journal_lease_end ON journal(reference) WHERE kind = 'lease_ended'",
        "CREATE TABLE lease (id TEXT PRIMARY KEY, begun INTEGER NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID",
    ]

    /// Account and key rows hold their state as JSON: they can be made anew from the journal at any time.
    private static let version1 = [
        """
        CREATE TABLE journal (
            seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, account TEXT NOT NULL, key TEXT,
            reference TEXT, billed_at INTEGER, detail TEXT NOT NULL, hash BLOB NOT NULL
        ) STRICT
        """,
        // A second hold, end or grant is impossible, whatever the program does.
        "CREATE UNIQUE INDEX journal_hold ON journal(reference) WHERE kind = 'hold'",
        "CREATE UNIQUE INDEX journal_end ON journal(reference) WHERE kind IN ('capture', 'void', 'recovered')",
        "CREATE UNIQUE INDEX journal_grant ON journal(reference) WHERE kind IN ('grant', 'credit_grant')",
        "CREATE INDEX journal_billed ON journal(account, billed_at) WHERE billed_at IS NOT NULL",
        """
        CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END
        """,
        """
        CREATE TRIGGER journal_keeps_values BEFORE UPDATE ON journal
        BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END
        """,
        "CREATE TABLE account (name TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE api_key (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, created INTEGER NOT NULL, digest TEXT NOT NULL UNIQUE,
            previous_digest TEXT, state TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX api_key_previous ON api_key(previous_digest) WHERE previous_digest IS NOT NULL",
        // The terms of a hold are in its last entry; only the checkpoint is ever overwritten.
        """
        CREATE TABLE open_hold (
            request TEXT PRIMARY KEY, seq INTEGER NOT NULL REFERENCES journal(seq), checkpoint TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE idempotency (
            account TEXT NOT NULL, key_digest TEXT NOT NULL, body_digest TEXT NOT NULL, request TEXT NOT NULL UNIQUE,
            seed INTEGER NOT NULL, state TEXT NOT NULL, billed TEXT NOT NULL, status INTEGER, content_type TEXT,
            body BLOB, expires INTEGER NOT NULL, PRIMARY KEY (account, key_digest)
        ) STRICT
        """,
        "CREATE INDEX idempotency_expires ON idempotency(expires)",
        """
        CREATE TABLE engine_totals (
            instance TEXT PRIMARY KEY, requests INTEGER NOT NULL, usage TEXT NOT NULL, closed INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
