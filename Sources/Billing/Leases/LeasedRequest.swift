/// A request that ended while its server was cut off from the ledger, as the server's own books have it.
struct LeasedRequest: Sendable {
    let requestID: String
    let leaseID: String
    /// What it was allowed, in the end.
    let terms: HoldTerms
    /// Its capture, void or recovery.
    let end: LedgerEvent
    /// What its server remembers of the client's claim, if it made one.
    let record: IdempotencyRecord?

    /// Whether its client did not get all of it.
    var isBrokenOff: Bool { end.settlement?.isAborted == true }
}

/// Reads the books of a server, from where it stopped the last time, for requests that have ended.
///
/// The books are a ledger of their own, in which each lease is an account of its own name.
struct LeaseSpool {
    /// Requests that are told together.
    private static let batchMax = 64

    /// The last entry that was read.
    private var cursor = 0
    /// The terms of requests without an end.
    private var open: [String: HoldTerms] = [:]

    /// What was read at once.
    struct Batch: Sendable {
        var requests: [LeasedRequest] = []
        /// What the engine has counted in all, these requests among them.
        var totals: [EngineTotals] = []
        /// Whether there is no more.
        var isLast = true
    }

    /// Reads on.
    mutating func next(_ reader: any LedgerReader) throws(StoreError) -> Batch {
        var batch = Batch()
        let entries = try reader.entries(after: cursor, limit: LeaseSpool.batchMax)
        for entry in entries {
            cursor = entry.seq
            guard let requestID = entry.reference else { continue }
            switch entry.event {
            case .hold(let terms): open[requestID] = terms
            case .holdExtended(let extended): open[requestID] = extended.terms
            case .capture, .void, .recovered:
                guard let terms = open.removeValue(forKey: requestID) else {
                    throw .corrupt("\(requestID) has no hold")
                }
                batch.requests.append(
                    LeasedRequest(
                        requestID: requestID,
                        leaseID: entry.account,
                        terms: terms,
                        end: entry.event,
                        record: try reader.idempotencyRecord(requestID: requestID)
                    )
                )
            default: break
            }
        }
        batch.totals = try reader.engineTotals()
        batch.isLast = entries.count < LeaseSpool.batchMax
        return batch
    }
}
