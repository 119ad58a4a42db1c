import Dispatch
import Synchronization

/// A handful of connections that are used by turns.
final class PostgreSQLPool: Sendable {
    private let address: PostgreSQLAddress
    private let timeouts: PostgreSQLTimeouts
    private let turns: DispatchSemaphore
    private let state = Mutex(State())

    private struct State {
        var idle: [PostgreSQLConnection] = []
        var isClosed = false
    }

    init(address: PostgreSQLAddress, timeouts: PostgreSQLTimeouts, connectionsMax: Int) {
        self.address = address
        self.timeouts = timeouts
        turns = DispatchSemaphore(value: connectionsMax)
    }

    /// Lends a connection for a transaction, which is undone if either closure throws.
    ///
    /// - Parameters:
    ///   - begin: Begins the transaction; again on a new connection if this one died while nobody used it.
    ///   - body: Uses the transaction and ends it.
    /// - Returns: What `body` returns.
    /// - Throws: `StoreError.busy` if all connections are in use for too long, and what the closures throw.
    func withTransaction<Start, Result>(
        begin: (PostgreSQLConnection) throws(StoreError) -> Start,
        _ body: (PostgreSQLConnection, Start) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        guard turns.wait(timeout: .now() + timeouts.silence / .seconds(1)) == .success else { throw .busy }
        defer { turns.signal() }
        let (connection, start) = try begun(begin)
        defer { giveBack(connection) }
        do throws(StoreError) {
            return try body(connection, start)
        } catch {
            connection.rollBack()
            throw error
        }
    }

    /// Closes all connections, those in use when they come back.
    func close() {
        state.withLock { $0.isClosed = true }
        closeIdle()
    }

    private func begun<Start>(
        _ begin: (PostgreSQLConnection) throws(StoreError) -> Start
    ) throws(StoreError) -> (PostgreSQLConnection, Start) {
        while true {
            let idle = state.withLock { $0.idle.popLast() }
            let connection = if let idle { idle } else { try connect() }
            do throws(StoreError) {
                return (connection, try begin(connection))
            } catch {
                connection.rollBack()
                let isTriedAgain = idle != nil && connection.isBroken
                giveBack(connection)
                guard isTriedAgain else { throw error }
                // The others died of the same, most likely.
                closeIdle()
            }
        }
    }

    private func giveBack(_ connection: PostgreSQLConnection) {
        let isKept = state.withLock { state in
            let isKept = !state.isClosed && !connection.isBroken
            if isKept { state.idle.append(connection) }
            return isKept
        }
        if !isKept { connection.close() }
    }

    private func closeIdle() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.close() }
    }

    /// A new connection, with the session's settings.
    private func connect() throws(StoreError) -> PostgreSQLConnection {
        let connection = try PostgreSQLConnection(to: address, timeouts: timeouts)
        do throws(StoreError) {
            for (name, value) in settings(ofServer: connection.serverVersion) {
                try connection.send("SELECT set_config($1, $2, false)", [.text(name), .text(value)])
            }
            // A commit that is not waited for is none.
            try connection.send(
                "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
            )
            try connection.finishBatch()
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    /// What makes the server give up on us as soon as we give up on it, so that its locks come free.
    private func settings(ofServer version: Int) -> [(String, String)] {
        func milliseconds(_ duration: Duration) -> String { String(Int(duration / .milliseconds(1))) }
        var settings = [
            ("lock_timeout", milliseconds(timeouts.lock)),
            ("statement_timeout", milliseconds(timeouts.statement)),
            ("idle_in_transaction_session_timeout", milliseconds(timeouts.silence)),
        ]
        if version >= 140_000 { settings.append(("client_connection_check_interval", "2000")) }
        return settings
    }
}
