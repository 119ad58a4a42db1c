/// The end of a request that is not billed because the server is at fault.
package struct Voiding: Hashable, Sendable, Codable {
    /// A word for people and statistics, without any text of a request.
    package var reason: String
    /// What the engine counted, from its own counters; `nil` if it had not begun.
    package var engine: TokenUsage?
    /// The run of the server that did the work.
    package var instance: String
}
