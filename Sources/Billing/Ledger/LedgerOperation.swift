/// One operation that waits for a transaction, and whoever waits for its result.
///
/// `@unchecked Sendable`: its closures run on the ledger's write queue only.
final class LedgerOperation: @unchecked Sendable {
    /// Does the work; tells the store's failure, after which the transaction cannot go on.
    let run: (LedgerWork) -> StoreError?
    /// Called once the transaction is durable.
    let succeed: () -> Void
    /// Called when it is not; true keeps the operation to be tried again.
    let fail: (StoreError) -> Bool

    init(
        run: @escaping (LedgerWork) -> StoreError?,
        succeed: @escaping () -> Void,
        fail: @escaping (StoreError) -> Bool
    ) {
        self.run = run
        self.succeed = succeed
        self.fail = fail
    }
}
