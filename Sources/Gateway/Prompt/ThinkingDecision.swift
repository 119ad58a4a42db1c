import Engine

/// Whether and how far a request thinks, and who said so.
///
/// The strongest source that speaks decides whether; a source that only switches thinking on leaves it to the weaker ones
/// how far, so that no bound which was sent goes unheard. Caps and credits then bound it from above.
struct ThinkingDecision: Equatable, Sendable {
    /// What the prompt is rendered with: `nil` leaves the switch to the messages.
    var forcedSwitch: Bool?
    /// The most tokens of the thought; `nil` is no bound.
    var budget: Int?
    /// The source in the words of the usage report.
    var source: String
    /// What the budget may be extended to while the request runs, if it can be paid then; `nil` is anything.
    var ceiling: Int?
    /// Whether credits, not the request, made the budget what it is.
    var isShortOfCredits = false

    init(_ sources: ThinkingSources, _ policy: ThinkingPolicy) {
        let wish = ThinkingDecision.wish(sources, policy)
        source = wish.source
        let capped = [wish.bound, policy.cap].compactMap { $0 }.min()
        budget = [capped, policy.credits].compactMap { $0 }.min()
        ceiling = policy.cap
        isShortOfCredits = policy.credits.map { $0 < capped ?? .max } ?? false
        // What messages and the template's own default say needs no word from here unless a bound overrules it.
        let isTemplates = wish.isDefault || wish.source == ThinkingSources.message
        forcedSwitch = isTemplates && (budget != 0 || wish.bound == 0 && !wish.isDefault) ? nil : budget != 0
    }

    private struct Wish {
        var bound: Int?
        var source: String
        var isDefault = false
    }

    private static func wish(_ sources: ThinkingSources, _ policy: ThinkingPolicy) -> Wish {
        var switchedOnBy: String?
        for statement in sources.statements(policy.effort) {
            switch statement.content {
            case .bound(0), .thinks(false):
                // A stronger source has switched thinking on.
                if switchedOnBy == nil { return Wish(bound: 0, source: statement.source) }
            case .bound(let tokens): return Wish(bound: tokens, source: statement.source)
            case .thinks(true): switchedOnBy = switchedOnBy ?? statement.source
            }
        }
        let standard = policy.keyDefault ?? policy.serverDefault
        if let switchedOnBy {
            // It asks for thinking, so a default of 0 cannot be meant as its bound.
            return Wish(bound: standard == 0 ? nil : standard, source: switchedOnBy)
        }
        return Wish(
            bound: standard,
            source: policy.keyDefault == nil ? "server_default" : "key_default",
            isDefault: true
        )
    }
}
