/// What the engine of one run of a server has counted in all: requests that ended, and their tokens.
///
/// It comes from counters of the engine's own, so that `ledger reconcile` compares two sums of different origin.
package struct EngineTotals: Hashable, Sendable {
    /// The run of the server.
    package let instance: String
    package var requests: Int
    package var usage: TokenUsage
    /// Whether the run ended in order, after which nothing may be missing.
    package var isClosed: Bool

    package init(instance: String, requests: Int, usage: TokenUsage, isClosed: Bool = false) {
        self.instance = instance
        self.requests = requests
        self.usage = usage
        self.isClosed = isClosed
    }
}
