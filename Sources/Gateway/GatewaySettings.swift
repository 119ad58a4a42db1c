package import Billing

/// What the operator decides about requests.
package struct GatewaySettings: Sendable {
    /// Without `max_completion_tokens` in a request; `nil` is what is left of the context.
    package var defaultMaxCompletionTokens: Int?
    /// The most choices of one request.
    package var maxChoices = 16
    /// The bound of a thought without one in the request; `nil` is none, 0 switches thinking off.
    package var maxThinkTokens: Int?
    /// Bounds every thought from above.
    package var maxThinkTokensCap: Int?
    /// What efforts stand for.
    package var effort = EffortTable()
    /// Without `temperature` in a request.
    package var temperature = 1.0
    /// Without `top_p` in a request.
    package var topP = 1.0
    /// The plans of thinking credits that accounts can have.
    package var plans = PlanCatalog()
    /// The silence after which a stream gets a comment line.
    package var commentInterval = Duration.seconds(15)

    /// What memory was planned for, in bytes, for `/metrics`.
    package var memoryPlan: [(use: String, bytes: Int)] = []
    /// Tokens of a KV block, for `/metrics`.
    package var blockTokens = 0

    package init() {}
}
