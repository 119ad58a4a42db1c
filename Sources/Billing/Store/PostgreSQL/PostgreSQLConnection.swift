import CPostgres
import Glibc

/// One connection to PostgreSQL. Statements are prepared once, and travel in batches: a batch is one round trip.
///
/// Every wait has an end, so that a server which is cut off without a word is noticed.
///
/// `@unchecked Sendable`: whoever took it from the pool uses it alone.
final class PostgreSQLConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    private let address: PostgreSQLAddress
    private let silence: Duration
    /// The names of prepared statements.
    private var prepared: [String: String] = [:]
    private var statementCount = 0
    /// What was sent since the last batch ended, in order.
    private var batch: [Sent] = []
    /// Whether it can only be thrown away.
    private(set) var isBroken = false

    /// A message to the server that has its own result.
    private enum Sent {
        case prepare(sql: String)
        case execute
    }

    /// Reaches the server and logs in.
    ///
    /// - Throws: `StoreError.unreachable` and what the server says.
    init(to address: PostgreSQLAddress, timeouts: PostgreSQLTimeouts) throws(StoreError) {
        let seconds = max(2, timeouts.connect.components.seconds)
        let milliseconds = Int(timeouts.silence / .milliseconds(1))
        // What comes later counts, so the URL has the last word.
        let defaults = [
            "application_name": "actuary", "client_encoding": "UTF8", "target_session_attrs": "read-write",
            "connect_timeout": String(seconds), "keepalives_idle": "5", "keepalives_interval": "2",
            "keepalives_count": "3", "tcp_user_timeout": String(milliseconds),
        ]
        let parameters = defaults.map { PostgreSQLAddress.Parameter(keyword: $0, value: $1) } + address.parameters
        let handle = PostgreSQLConnection.withCStrings(parameters.map(\.keyword)) { keywords in
            PostgreSQLConnection.withCStrings(parameters.map(\.value)) { PQconnectdbParams(keywords, $0, 0) }
        }
        guard let handle else { throw .inputOutput("no memory for a connection") }
        self.handle = handle
        self.address = address
        silence = timeouts.silence
        guard PQstatus(handle) == CONNECTION_OK, PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1
        else {
            isBroken = true
            let message = address.cleaned(String(cString: PQerrorMessage(handle)))
            PQfinish(handle)
            throw .unreachable(message)
        }
        // Notices would go to standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
    }

    /// Closes the connection; what was not committed is undone by the server.
    func close() {
        isBroken = true
        PQfinish(handle)
    }

    /// Undoes the transaction, if there is one.
    func rollBack() {
        guard !isBroken else { return }
        do throws(StoreError) { _ = try query("ROLLBACK") } catch { isBroken = true }
    }

    /// The server's version, 150018 for 15.18.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// Sends a statement with the batch; its failure shows when the batch ends.
    func send(_ sql: String, _ values: [PostgreSQLValue] = []) throws(StoreError) {
        let name = try name(of: sql)
        let parameters = try PostgreSQLParameters(values)
        let isSent = parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0) == 1
        }
        guard isSent else { throw lost() }
        batch.append(.execute)
    }

    /// Sends a statement, ends the batch, and gives the statement's rows.
    func query(_ sql: String, _ values: [PostgreSQLValue] = []) throws(StoreError) -> PostgreSQLRows {
        try send(sql, values)
        guard let rows = try finishBatch().last else { preconditionFailure("a batch of one has a result") }
        return rows
    }

    /// Ends the batch and waits for all results.
    ///
    /// - Returns: The results of the statements, in order.
    /// - Throws: The error of the first statement that failed; those behind it were not done.
    @discardableResult
    func finishBatch() throws(StoreError) -> [PostgreSQLRows] {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var results: [PostgreSQLRows] = []
        var failure: StoreError?
        var confirmed = 0
        while true {
            try awaitResult()
            guard let result = PQgetResult(handle) else {
                // Nothing more of one statement, unless nothing can come at all.
                guard PQstatus(handle) == CONNECTION_OK else { throw failure ?? lost() }
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                forgetUnprepared(after: confirmed)
                if let failure { throw failure }
                return results
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                if case .execute = batch[confirmed] {
                    results.append(PostgreSQLRows(owning: result))
                } else {
                    PQclear(result)
                }
                confirmed += 1
            default:
                failure = failure ?? error(of: result)
                PQclear(result)
                // A server that shuts down says so and is gone.
                if PQstatus(handle) != CONNECTION_OK {
                    isBroken = true
                    throw failure ?? lost()
                }
            }
        }
    }
}

// MARK: - The wire

extension PostgreSQLConnection {
    /// The name of a prepared statement, which is prepared with this batch if it is new.
    private func name(of sql: String) throws(StoreError) -> String {
        if let name = prepared[sql] { return name }
        statementCount += 1
        let name = "s\(statementCount)"
        guard PQsendPrepare(handle, name, sql, 0, nil) == 1 else { throw lost() }
        batch.append(.prepare(sql: sql))
        prepared[sql] = name
        return name
    }

    /// Ends the batch: statements that a failure kept from being prepared are prepared anew when they are needed.
    private func forgetUnprepared(after confirmed: Int) {
        for sent in batch.dropFirst(confirmed) {
            if case .prepare(let sql) = sent { prepared[sql] = nil }
        }
        batch = []
    }

    /// Waits until a result can be taken without waiting; sends meanwhile what the socket takes.
    private func awaitResult() throws(StoreError) {
        var isFlushed = false
        while true {
            if !isFlushed {
                let rest = PQflush(handle)
                guard rest >= 0 else { throw lost() }
                isFlushed = rest == 0
            }
            if PQisBusy(handle) == 0 { return }
            let events = try wait(for: isFlushed ? POLLIN : POLLIN | POLLOUT)
            guard events & ~POLLOUT == 0 || PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    /// Waits for the socket, not longer than the server may be silent.
    private func wait(for events: Int32) throws(StoreError) -> Int32 {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        let milliseconds = Int32(silence / .milliseconds(1))
        while true {
            let count = poll(&descriptor, 1, milliseconds)
            if count > 0 { return Int32(descriptor.revents) }
            if count < 0, errno == EINTR { continue }
            isBroken = true
            throw .unreachable("the database has not answered for \(silence)")
        }
    }

    private func error(of result: OpaquePointer) -> StoreError {
        // PG_DIAG_SQLSTATE, whose macro is a character that Swift does not import.
        let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
        let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
        let message = primary ?? String(cString: PQresultErrorMessage(result))
        return StoreError(sqlState: state, message: address.cleaned(message))
    }

    /// The error for a connection that has failed.
    private func lost() -> StoreError {
        isBroken = true
        let message = address.cleaned(String(cString: PQerrorMessage(handle)))
        return .unreachable(message.isEmpty ? "the connection to the database was lost" : message)
    }

    /// Calls with an array of C strings that ends in NULL.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let pointers = copies.map { $0.map { UnsafePointer($0) } } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
