/// The parts of JSON that schemas are put together from.
enum JSONGrammar {
    /// How deep values that no schema describes may be nested.
    static let maxFreeDepth = 12
    /// Digits of numbers: as many as a double keeps.
    private static let maxDigits = 15

    /// White space between tokens: none, a blank, or a new line with an indent, so that no model can go on with it.
    static let gap = GrammarExpression.choice([
        .nothing, .text(" "),
        .sequence([.text("\n"), .repeated(.text(" "), atLeast: 0, atMost: 16)]),
    ])

    static let string = quoted(.jsonCharacters(atLeast: 0, atMost: nil))

    static func quoted(_ inside: GrammarExpression) -> GrammarExpression {
        .sequence([.text("\""), inside, .text("\"")])
    }

    static let integer = GrammarExpression.sequence([.optional(.text("-")), natural])

    static let number = GrammarExpression.sequence([
        integer,
        .optional(.sequence([.text("."), digits(1...maxDigits)])),
        .optional(
            .sequence([.characters(ScalarSet("eE")), .optional(.characters(ScalarSet("+-"))), digits(1...2)])
        ),
    ])

    private static let natural = GrammarExpression.choice([
        .text("0"), .sequence([.characters(ScalarSet([0x31...0x39])), digits(0...(maxDigits - 1))]),
    ])

    private static func digits(_ count: ClosedRange<Int>) -> GrammarExpression {
        .repeated(.characters(.digits), atLeast: count.lowerBound, atMost: count.upperBound)
    }

    /// Elements with commas between them.
    static func list(_ element: GrammarExpression, atLeast: Int, atMost: Int?) -> GrammarExpression {
        guard atMost != 0 else { return .nothing }
        let more = GrammarExpression.repeated(
            .sequence([.text(","), gap, element]),
            atLeast: max(0, atLeast - 1),
            atMost: atMost.map { max(0, $0 - 1) }
        )
        let some = GrammarExpression.sequence([element, more])
        return atLeast == 0 ? .optional(some) : some
    }

    static func array(_ inside: GrammarExpression) -> GrammarExpression {
        .sequence([.text("["), gap, inside, gap, .text("]")])
    }

    static func object(_ inside: GrammarExpression) -> GrammarExpression {
        .sequence([.text("{"), gap, inside, gap, .text("}")])
    }

    static func member(_ name: GrammarExpression, _ value: GrammarExpression) -> GrammarExpression {
        .sequence([name, .text(":"), .optional(.text(" ")), value])
    }
}

extension GrammarBuilder {
    /// Any JSON value, or any object.
    mutating func anyJSON(isObject: Bool) throws(GrammarError) -> GrammarExpression {
        let scalar = GrammarExpression.choice([
            JSONGrammar.string, JSONGrammar.number, .words(["true", "false", "null"].map { Array($0.utf8) }),
        ])
        var value = scalar
        var object = JSONGrammar.object(.nothing)
        for _ in 0..<JSONGrammar.maxFreeDepth {
            let inner = try addRule("JSON")
            try define(inner, value)
            object = JSONGrammar.object(
                JSONGrammar.list(JSONGrammar.member(JSONGrammar.string, .rule(inner)), atLeast: 0, atMost: nil)
            )
            let array = JSONGrammar.array(JSONGrammar.list(.rule(inner), atLeast: 0, atMost: nil))
            value = .choice([scalar, object, array])
        }
        return isObject ? object : value
    }
}
