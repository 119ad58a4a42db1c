import Dispatch
import Synchronization

@testable import Billing

/// A store whose writes wait at a gate, may be told to fail, and are counted.
final class GatedStore: LedgerStore {
    private let store = MemoryStore()
    private let gate = DispatchSemaphore(value: 0)
    private let state = Mutex((writes: 0, failure: StoreError?.none))

    /// How many transactions were written.
    var writes: Int { state.withLock { $0.writes } }

    /// Lets so many writes through.
    func open(_ count: Int) {
        for _ in 0..<count { gate.signal() }
    }

    /// What writes fail with from now on.
    func fail(with error: StoreError?) { state.withLock { $0.failure = error } }

    func write(_ body: (any LedgerWriter) throws(StoreError) -> Void) throws(StoreError) {
        gate.wait()
        if let failure = state.withLock({ $0.failure }) { throw failure }
        try store.write(body)
        state.withLock { $0.writes += 1 }
    }

    func read<Result>(_ body: (any LedgerReader) throws(StoreError) -> Result) throws(StoreError) -> Result {
        try store.read(body)
    }

    func close() {}
}
