/// A ledger in a PostgreSQL database, which several replicas share.
///
/// The journal is one chain, so writers take turns: each transaction first locks the one row of `ledger_schema`. Under
/// READ COMMITTED every statement behind that sees all that the earlier holders of the lock have committed, so a
/// transaction decides on the latest state, and nothing it has read can change before it ends. (REPEATABLE READ would
/// take its snapshot before the lock is granted and decide on an old state.)
package final class PostgreSQLStore: LedgerStore {
    private let pool: PostgreSQLPool

    /// Opens a ledger, creates its tables, or brings older ones up to date.
    ///
    /// - Parameters:
    ///   - address: The database; its tables are in the first schema of the search path.
    ///   - timeouts: How soon a dead database is noticed.
    ///   - connectionsMax: How many connections are open at most.
    /// - Throws: `StoreError.unreachable`, `.newerSchema` if a newer program has been here, `.notALedger`.
    package init(
        _ address: PostgreSQLAddress,
        timeouts: PostgreSQLTimeouts = PostgreSQLTimeouts(),
        connectionsMax: Int = 5
    ) throws(StoreError) {
        pool = PostgreSQLPool(address: address, timeouts: timeouts, connectionsMax: connectionsMax)
        try pool.withTransaction { connection throws(StoreError) in
            try PostgreSQLSchema.migrate(connection)
        } _: { _, _ throws(StoreError) in
        }
    }

    package func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError) {
        try pool.withTransaction { connection throws(StoreError) in
            try PostgreSQLTransaction(writingTo: connection)
        } _: { connection, transaction throws(StoreError) in
            try body(transaction)
            try PostgreSQLStore.commit(connection)
        }
    }

    package func read<Result>(
        _ body: (any LedgerReader) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try pool.withTransaction { connection throws(StoreError) in
            try PostgreSQLTransaction(readingFrom: connection)
        } _: { connection, transaction throws(StoreError) in
            let result = try body(transaction)
            try PostgreSQLStore.commit(connection)
            return result
        }
    }

    package func close() { pool.close() }

    private static func commit(_ connection: PostgreSQLConnection) throws(StoreError) {
        // In a transaction that has failed, PostgreSQL answers COMMIT with a rollback and no error.
        let tag: String
        do throws(StoreError) {
            tag = try connection.query("COMMIT").tag
        } catch .unreachable(let reason) {
            // The database may have committed before the line broke.
            throw .doubtful(reason)
        }
        guard tag == "COMMIT" else { throw .conflict("the transaction had failed") }
    }
}
