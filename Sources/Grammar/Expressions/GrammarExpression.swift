/// A set of texts, put together from smaller ones.
package indirect enum GrammarExpression: Sendable {
    /// Exactly these bytes.
    case literal([UInt8])
    /// Exactly one of these texts.
    case words([[UInt8]])
    /// One character out of a set.
    case characters(ScalarSet)
    case sequence([GrammarExpression])
    case choice([GrammarExpression])
    /// So many times in a row; without an upper bound any number.
    case repeated(GrammarExpression, atLeast: Int, atMost: Int?)
    /// A text of a rule, which may come to itself again.
    case rule(Int)
    /// The inside of a JSON string of so many characters.
    case jsonCharacters(atLeast: Int, atMost: Int?)
    /// A text that an automaton takes; inside a JSON string if it is to be escaped.
    case automaton(ScalarAutomaton, escaped: Bool)

    /// The text in UTF-8.
    package static func text(_ text: String) -> GrammarExpression { .literal(Array(text.utf8)) }

    /// The empty text.
    package static let nothing = GrammarExpression.sequence([])

    /// The expression or nothing.
    package static func optional(_ expression: GrammarExpression) -> GrammarExpression {
        .repeated(expression, atLeast: 0, atMost: 1)
    }
}
