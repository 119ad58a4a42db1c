import Grammar

/// A form that an answer is bound to in the simulation, and the same rule written by hand.
struct AnswerForm: Sendable {
    let grammar: Grammar
    /// Whether a text is the beginning of an answer of this form.
    let isBeginning: @Sendable (String) -> Bool
    /// Whether it is a whole one.
    let isWhole: @Sendable (String) -> Bool

    static let all: [AnswerForm] = {
        do {
            return [
                AnswerForm(
                    grammar: try .regex("[BÉ][BÉ ]{0,11}"),
                    isBeginning: letters,
                    isWhole: { letters($0) && $0 != "" }
                ),
                AnswerForm(
                    grammar: try .regex("(BB |É){2,5}"),
                    isBeginning: { items($0).map { $0.count <= 5 } ?? false },
                    isWhole: { items($0).map { (2...5).contains($0.count) && $0.isDone } ?? false }
                ),
                AnswerForm(
                    grammar: try .words(words),
                    isBeginning: { text in words.contains { $0.hasPrefix(text) } },
                    isWhole: { words.contains($0) }
                ),
            ]
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static let words = ["B", "BÉB", "ÉÉ "]

    private static func letters(_ text: String) -> Bool {
        text.count <= 12 && text.allSatisfy("BÉ ".contains) && text.first != " "
    }

    /// How many items a text has, the last one perhaps begun only; `nil` if it has anything else.
    private static func items(_ text: String) -> (count: Int, isDone: Bool)? {
        var rest = text[...]
        var count = 0
        while !rest.isEmpty {
            count += 1
            if rest.hasPrefix("É") {
                rest.removeFirst()
            } else if rest.hasPrefix("BB ") {
                rest.removeFirst(3)
            } else {
                return "BB ".hasPrefix(rest) ? (count, false) : nil
            }
        }
        return (count, true)
    }
}
