/// Whether and how far a request thinks, and who said so.
///
/// DESIGN section 4, "Where N comes from": the first source that speaks wins; the server's cap bounds it from above.
struct ThinkingChoice: Equatable, Sendable {
    /// What the prompt is rendered with: `nil` leaves the switch to the messages.
    var forcedSwitch: Bool?
    /// The most tokens of the thought; `nil` is no bound.
    var budget: Int?
    /// The source in the words of the usage report.
    var source: String

    /// Chooses.
    ///
    /// `requested` is the request's own number, `messageSwitch` what the last `/think` or `/no_think` in its messages
    /// says, if there is one.
    init(requested: Int?, messageSwitch: Bool?, settings: GatewaySettings) {
        let cap = settings.maxThinkTokensCap ?? .max
        if let requested {
            budget = min(requested, cap)
            source = "max_think_tokens"
            forcedSwitch = budget != 0
        } else if let messageSwitch {
            // The switch asks for thinking, so a default of 0 cannot be meant as its bound.
            let standard = settings.maxThinkTokens == 0 ? nil : settings.maxThinkTokens
            let bound = min(standard ?? .max, cap)
            budget = messageSwitch ? (bound == .max ? nil : bound) : 0
            source = "message"
            forcedSwitch = bound == 0 ? false : nil
        } else {
            let bound = min(settings.maxThinkTokens ?? .max, cap)
            budget = bound == .max ? nil : bound
            source = "server_default"
            forcedSwitch = bound == 0 ? false : nil
        }
    }
}
