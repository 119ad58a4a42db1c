/// One operation that waits for a transaction, and whoever waits for its result.
///
/// `@unchecked Sendable`: its closures run on the ledger's write queue only.
final class LedgerOperation: @unchecked Sendable {
    /// Does the work; tells the store's failure, after which the transaction cannot go on.
    let run: (LedgerWork) -> StoreError?
    /// Called once the transaction is durable.
    let succeed: () -> Void
    /// Whether it is to be tried again after such a failure.
    let outlives: (StoreError) -> Bool
    /// Called when the transaction is not durable.
    let fail: (StoreError) -> Void

    init(
        run: @escaping (LedgerWork) -> StoreError?,
        succeed: @escaping () -> Void,
        outlives: @escaping (StoreError) -> Bool,
        fail: @escaping (StoreError) -> Void
    ) {
        self.run = run
        self.succeed = succeed
        self.outlives = outlives
        self.fail = fail
    }
}
