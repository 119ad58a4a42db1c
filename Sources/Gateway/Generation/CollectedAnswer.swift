import OpenAIAPI

/// What one choice has said so far, in order.
struct CollectedAnswer: Sendable, Equatable {
    /// A stretch of one kind.
    enum Item: Sendable, Equatable {
        case reasoning(String)
        case content(String)
        case call(ToolCall)
    }

    private(set) var items: [Item] = []

    var reasoning: String { items.reduce(into: "") { if case .reasoning(let text) = $1 { $0 += text } } }

    var content: String { items.reduce(into: "") { if case .content(let text) = $1 { $0 += text } } }

    var calls: [ToolCall] { items.compactMap { if case .call(let call) = $0 { call } else { nil } } }

    /// Whether a part belongs to the last item; if not, it begins one.
    func isContinued(by part: AnswerPart) -> Bool {
        switch (part, items.last) {
        case (.reasoning, .reasoning), (.content, .content), (.arguments, .call): true
        default: false
        }
    }

    mutating func add(_ part: AnswerPart) {
        guard isContinued(by: part), let last = items.popLast() else {
            items.append(Self.item(part))
            return
        }
        switch (part, last) {
        case (.reasoning(let text), .reasoning(let known)): items.append(.reasoning(known + text))
        case (.content(let text), .content(let known)): items.append(.content(known + text))
        case (.arguments(_, let text), .call(var call)):
            call.arguments += text
            items.append(.call(call))
        default: preconditionFailure("a part continues an item of another kind")
        }
    }

    private static func item(_ part: AnswerPart) -> Item {
        switch part {
        case .reasoning(let text): .reasoning(text)
        case .content(let text): .content(text)
        case .call(_, let id, let name): .call(ToolCall(id: id, name: name))
        case .arguments: preconditionFailure("arguments come behind their call")
        }
    }
}
