import Synchronization

/// Counts what a server does, from all loops; usable from any thread.
package final class ServerStatistics: Sendable {
    private let state = Mutex(ServerCounters())

    /// Creates counters that have counted nothing.
    package init() {}

    /// A snapshot.
    package var counters: ServerCounters { state.withLock { $0 } }

    /// Counts something.
    func update(_ change: (inout sending ServerCounters) -> Void) {
        state.withLock { change(&$0) }
    }
}
