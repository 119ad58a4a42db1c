import OpenAIAPI

/// Everything in a request that may say how far it thinks (DESIGN section 4, "Where N comes from").
struct ThinkingSources: Sendable, Equatable {
    var options = ThinkingOptions()
    /// What the last `/think` or `/no_think` in the messages says.
    var messageSwitch: Bool?
    var modelSuffix: ModelSuffix?
    var headerBound: Int?

    /// What one source says, in the words of the usage report.
    struct Statement: Equatable {
        enum Content: Equatable {
            case bound(Int)
            case thinks(Bool)
        }

        let content: Content
        let source: String
    }

    /// What was said, the strongest first.
    func statements(_ effort: EffortTable) -> [Statement] {
        var found: [Statement] = []
        func add(_ content: Statement.Content, _ source: String) {
            found.append(Statement(content: content, source: source))
        }
        if let bound = options.bound { add(.bound(bound.value), bound.source) }
        if let isOn = options.isOn { add(.thinks(isOn.value), isOn.source) }
        if let claim = options.effort { add(.bound(effort.tokens(claim.value)), claim.source) }
        if let messageSwitch { add(.thinks(messageSwitch), Self.message) }
        switch modelSuffix {
        case .bound(let tokens): add(.bound(tokens), "model_suffix")
        case .thinks(let isOn): add(.thinks(isOn), "model_suffix")
        case .effort(let level): add(.bound(effort.tokens(level)), "model_suffix")
        case nil: break
        }
        if let headerBound { add(.bound(headerBound), "header") }
        return found
    }

    static let message = "message"
}
