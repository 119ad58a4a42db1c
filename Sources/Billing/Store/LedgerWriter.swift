/// What can be written to a store, within one transaction that keeps all or nothing.
package protocol LedgerWriter: LedgerReader {
    /// Adds an entry behind the last one.
    ///
    /// - Throws: `StoreError.conflict` for a second hold, end or grant of the same reference.
    func append(_ entry: JournalEntry) throws(StoreError)
    func put(_ account: Account) throws(StoreError)
    func put(_ key: APIKey) throws(StoreError)
    func open(_ hold: OpenHold) throws(StoreError)
    /// Lets the last entry, which extended an open hold, stand for it from now on.
    func extend(_ hold: OpenHold, by entry: JournalEntry) throws(StoreError)
    /// Overwrites the checkpoint of an open hold; does nothing if it is not open.
    func setCheckpoint(_ usage: TokenUsage, requestID: String) throws(StoreError)
    func removeHold(requestID: String) throws(StoreError)
    func put(_ lease: Lease) throws(StoreError)
    func removeLease(id: String) throws(StoreError)
    func put(_ record: IdempotencyRecord) throws(StoreError)
    func removeIdempotencyRecord(account: String, keyDigest: String) throws(StoreError)
    /// Removes records that expired, running ones excepted.
    func removeIdempotencyRecords(expiredBy now: Milliseconds) throws(StoreError)
    func put(_ totals: EngineTotals) throws(StoreError)
    /// The runs of the servers that share the store; `nil` if only one server works with it at a time.
    var runs: (any RunRegistry)? { get }
}
