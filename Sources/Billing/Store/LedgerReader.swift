/// What can be read of a store, within one transaction.
///
/// Rows only: every rule lives above, in one place for all stores.
package protocol LedgerReader {
    /// Where the journal ends.
    func head() throws(StoreError) -> JournalHead
    func account(named name: String) throws(StoreError) -> Account?
    /// All accounts, by name.
    func accounts() throws(StoreError) -> [Account]
    func key(id: String) throws(StoreError) -> APIKey?
    /// The key that has the digest, or had it before its last rotation.
    func key(digest: String) throws(StoreError) -> APIKey?
    /// Whether there is any key.
    func hasKeys() throws(StoreError) -> Bool
    /// All keys, by account and age.
    func keys() throws(StoreError) -> [APIKey]
    func openHold(requestID: String) throws(StoreError) -> OpenHold?
    /// All holds without an end, those first whose last entry is oldest.
    func openHolds() throws(StoreError) -> [OpenHold]
    /// The entry that began a request.
    func holdEntry(requestID: String) throws(StoreError) -> JournalEntry?
    /// The capture, void or recovery of a request.
    func terminalEntry(requestID: String) throws(StoreError) -> JournalEntry?
    func lease(id: String) throws(StoreError) -> Lease?
    /// All leases without an end, oldest first.
    func leases() throws(StoreError) -> [Lease]
    /// The grant of money or credits with that id.
    func grantEntry(id: String) throws(StoreError) -> JournalEntry?
    /// Entries behind `seq` in order, at most `limit`.
    func entries(after seq: Int, limit: Int) throws(StoreError) -> [JournalEntry]
    /// Entries behind `seq` that bill the time from `from` up to `until`, in order, at most `limit`.
    func billedEntries(
        account: String?,
        from: Milliseconds,
        until: Milliseconds,
        after seq: Int,
        limit: Int
    ) throws(StoreError) -> [JournalEntry]
    /// The last captures of an account, newest first.
    func recentCaptures(account: String, limit: Int) throws(StoreError) -> [JournalEntry]
    func idempotencyRecord(account: String, keyDigest: String) throws(StoreError) -> IdempotencyRecord?
    /// The record whose last attempt is the request.
    func idempotencyRecord(requestID: String) throws(StoreError) -> IdempotencyRecord?
    /// Of all runs of servers.
    func engineTotals() throws(StoreError) -> [EngineTotals]
}
