import Synchronization

@testable import Billing

/// A store that may be out of reach for some of those who share it.
final class CutStore: LedgerStore {
    private let store: any LedgerStore
    private let state = Mutex((isCut: false, losesAnswer: false))

    init(_ store: any LedgerStore) { self.store = store }

    /// Whether it can be reached.
    var isCut: Bool {
        get { state.withLock { $0.isCut } }
        set { state.withLock { $0.isCut = newValue } }
    }

    /// The next transaction is written, but nobody is told so.
    func loseNextAnswer() { state.withLock { $0.losesAnswer = true } }

    func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError) {
        if isCut { throw .unreachable("the wire is cut") }
        try store.write(body)
        let isLost = state.withLock { state in
            defer { state.losesAnswer = false }
            return state.losesAnswer
        }
        if isLost { throw .doubtful("the wire was cut") }
    }

    func read<Result>(_ body: (any LedgerReader) throws(StoreError) -> Result) throws(StoreError) -> Result {
        if isCut { throw .unreachable("the wire is cut") }
        return try store.read(body)
    }

    func close() {}
}
