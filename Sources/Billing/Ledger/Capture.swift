/// What is told of a request when it ends and is to be billed.
package struct Capture: Hashable, Sendable {
    package var requestID: String
    /// What it took, as the gateway has added it up.
    package var usage: TokenUsage
    /// What the engine counted for it, from counters of its own.
    package var engine: TokenUsage
    /// What the client was told in `usage`; `nil` where it was told nothing.
    package var reported: TokenUsage?
    /// Whether the client left before the end.
    package var isAborted: Bool
    /// The answer to repeat for the same idempotency key; without one, or if it is too large, a repetition runs again.
    package var response: StoredResponse?
    /// The engine's totals, this request among them; `nil` leaves them as they are.
    package var totals: EngineTotals?

    package init(
        requestID: String,
        usage: TokenUsage,
        engine: TokenUsage,
        reported: TokenUsage?,
        isAborted: Bool = false,
        response: StoredResponse? = nil,
        totals: EngineTotals? = nil
    ) {
        self.requestID = requestID
        self.usage = usage
        self.engine = engine
        self.reported = reported
        self.isAborted = isAborted
        self.response = response
        self.totals = totals
    }
}
