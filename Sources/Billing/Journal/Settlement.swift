/// The end of a request that is billed, as the journal keeps it.
package struct Settlement: Hashable, Sendable, Codable {
    package var model: String
    package var choices: Int
    /// When the hold was made: the month in which the request is billed.
    package var begunAt: Milliseconds
    /// What this attempt took.
    package var usage: TokenUsage
    /// What of it is billed: all, or what exceeds earlier attempts.
    package var billed: TokenUsage
    /// How many of the billed thinking tokens are charged as surplus of thinking credits.
    package var surplusTokens: Int
    /// What is paid; `nil` without prices.
    package var amount: PicoUSD?
    /// The price book's version; `nil` without prices.
    package var priceVersion: String?
    /// What the engine counted, from its own counters; `nil` where the engine did not live to tell.
    package var engine: TokenUsage?
    /// What the client was told in `usage`; `nil` where it was told nothing.
    package var reported: TokenUsage?
    /// Whether the client left or the server died before the end.
    package var isAborted: Bool
    /// The run of the server that did the work.
    package var instance: String

    private enum CodingKeys: String, CodingKey {
        case model
        case choices
        case begunAt = "begun_at"
        case usage
        case billed
        case surplusTokens = "surplus_tokens"
        case amount
        case priceVersion = "price_version"
        case engine
        case reported
        case isAborted = "aborted"
        case instance
    }
}
