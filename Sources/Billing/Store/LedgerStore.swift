/// Where a ledger lives. Calls block; the front has a queue of its own for them.
package protocol LedgerStore: Sendable {
    /// Runs a transaction that no other process runs beside; when this returns, it is durable.
    ///
    /// A failure leaves nothing behind, but for `StoreError.doubtful`, which may have left everything behind; operations
    /// of the ledger are made to be repeated.
    func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError)

    /// Reads one state of the store; may run beside a write and other reads.
    func read<Result>(_ body: (any LedgerReader) throws(StoreError) -> Result) throws(StoreError) -> Result

    /// Ends all use.
    func close()
}
