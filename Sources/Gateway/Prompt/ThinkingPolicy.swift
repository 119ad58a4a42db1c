import OpenAIAPI

/// What operator, key and account decide about thoughts.
struct ThinkingPolicy: Sendable, Equatable {
    /// For requests that name no bound; `nil` is none, 0 switches thinking off.
    var serverDefault: Int?
    var keyDefault: Int?
    /// Bound every thought from above; `nil` is no cap.
    var serverCap: Int?
    var keyCap: Int?
    /// The thinking tokens that the account can pay for; `nil` is any number.
    var credits: Int?
    var effort = EffortTable()

    init() {}

    init(_ settings: GatewaySettings, _ principal: Principal) {
        serverDefault = settings.maxThinkTokens
        keyDefault = principal.maxThinkTokens
        serverCap = settings.maxThinkTokensCap
        keyCap = principal.maxThinkTokensCap
        credits = principal.thinkingCredits
        effort = settings.effort
    }

    /// The lower of the two caps.
    var cap: Int? { [serverCap, keyCap].compactMap { $0 }.min() }
}
