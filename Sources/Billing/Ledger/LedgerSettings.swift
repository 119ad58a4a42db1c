/// How a ledger works; prices and plans come apart.
package struct LedgerSettings: Sendable {
    /// Completion tokens of a running request after which its checkpoint is written.
    package var checkpointTokens = 64
    /// The longest time between something that was sampled and its checkpoint.
    package var checkpointInterval = Duration.milliseconds(500)
    /// How long an idempotency key is remembered.
    package var idempotencyLifetime = Duration.seconds(86_400)
    /// Whether a request may be run again whose earlier attempt was billed; not in books that do not know all attempts.
    package var repeatsRequests = true
    /// The largest answer that is kept to be repeated.
    package var responseBytesMax = 1_048_576
    /// How many operations share a transaction at most.
    package var groupMax = 512
    /// How long to wait before a failed store is tried again.
    package var retryInterval = Duration.milliseconds(250)
    /// After how long a silence a server that shares its store is taken for dead, and its requests billed at their last
    /// checkpoints.
    package var deadAfter = Duration.seconds(30)
    /// From how many of an account's last requests a quote's expectation is taken.
    package var expectationRequests = 1000

    /// How often a server that shares its store says that it lives, and looks for dead ones.
    package var heartbeatInterval: Duration { deadAfter / 6 }

    package init() {}
}
