import Foundation
import GRDB

/// A ledger in one SQLite file, which several processes may have open.
///
/// Write-ahead logging with `synchronous=FULL`: a transaction is on the disk when it returns.
package final class SQLiteStore: LedgerStore {
    private let pool: DatabasePool

    /// The file's name in a data folder.
    package static let fileName = "ledger.sqlite"

    /// Opens a ledger, creates it, or brings an older one up to date.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - busyTimeout: How long to wait for another process's transaction.
    /// - Throws: `StoreError.newerSchema` if a newer program has been here, `.notALedger` if the file is something else.
    package init(path: String, busyTimeout: Duration = .seconds(10)) throws(StoreError) {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(busyTimeout / .seconds(1))
        configuration.maximumReaderCount = 4
        pool = try SQLiteStore.translating {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // The pool has chosen NORMAL, which may lose the last transactions when the power fails.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let migrator = SQLiteSchema.migrator
            if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
                let found = try pool.read { try migrator.appliedIdentifiers($0).max() }
                throw StoreError.newerSchema(found: found ?? "unknown")
            }
            let isForeign = try pool.read {
                try !$0.tableExists("grdb_migrations")
                    && Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") != 0
            }
            guard !isForeign else { throw StoreError.notALedger(path) }
            try migrator.migrate(pool)
            return pool
        }
    }

    package func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError) {
        try SQLiteStore.translating {
            try pool.write { try body(SQLiteTransaction(database: $0)) }
        }
    }

    package func read<Result>(
        _ body: (any LedgerReader) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try SQLiteStore.translating {
            try pool.unsafeReentrantRead { try body(SQLiteTransaction(database: $0)) }
        }
    }

    package func close() { try? pool.close() }

    /// How the file is synchronised: 2 is FULL.
    package func synchronousMode() throws(StoreError) -> Int {
        try SQLiteStore.translating {
            try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? 0 }
        }
    }

    /// Runs work on the database and turns its errors into ours.
    static func translating<Result>(_ work: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try work()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error)
        } catch {
            throw .corrupt("\(error)")
        }
    }
}

extension StoreError {
    /// The error for one of SQLite's.
    init(_ error: DatabaseError) {
        let message = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CONSTRAINT: .conflict(message)
            case .SQLITE_CORRUPT: .corrupt(message)
            case .SQLITE_NOTADB: .notALedger(message)
            default: .inputOutput(message)
            }
    }
}
