/// Reads the regular part of ECMAScript's expressions: no lookaround, no references, anchors at the ends only.
struct RegexParser {
    /// How deep groups may be nested.
    private static let maxDepth = 64
    /// The largest count in braces.
    static let maxCount = 10_000

    private let scalars: [UnicodeScalar]
    private var position = 0
    private var depth = 0

    private init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    static func parse(_ pattern: String) throws(GrammarError) -> RegexNode {
        var parser = RegexParser(pattern)
        let node = try parser.alternatives()
        guard parser.position == parser.scalars.count else { throw parser.fault("an unmatched ')'") }
        return node
    }

    private mutating func alternatives() throws(GrammarError) -> RegexNode {
        depth += 1
        guard depth <= Self.maxDepth else { throw fault("too many nested groups") }
        defer { depth -= 1 }
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(GrammarError) -> RegexNode {
        var items: [RegexNode] = []
        while let next = peek, next != "|", next != ")" { items.append(try quantified()) }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    private mutating func quantified() throws(GrammarError) -> RegexNode {
        let item = try atom()
        guard let (atLeast, atMost) = try quantifier() else { return item }
        guard item != .start, item != .end else { throw fault("a repeated anchor") }
        // Lazy or not: the set of texts is the same.
        _ = take("?")
        guard peek != "*", peek != "+", peek != "?" else { throw fault("a quantifier behind a quantifier") }
        return .repeated(item, atLeast: atLeast, atMost: atMost)
    }

    private mutating func quantifier() throws(GrammarError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let mark = position
        guard take("{"), let low = number() else {
            position = mark
            return nil
        }
        var high: Int? = low
        if take(",") { high = number() }
        guard take("}") else {
            position = mark
            return nil
        }
        guard low <= Self.maxCount, high ?? 0 <= Self.maxCount else { throw .tooLarge }
        guard low <= high ?? .max else { throw fault("a count that ends before it begins") }
        return (low, high)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = peek, ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), 1_000_000)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(GrammarError) -> RegexNode {
        guard let next = peek else { throw fault("an unexpected end") }
        position += 1
        switch next {
        case "(": return try group()
        case "[": return .characters(try RegexClass.parse(scalars, &position))
        case ".": return .characters(.anyButLineEnds)
        case "^": return .start
        case "$": return .end
        case "\\": return .characters(try RegexEscape.parse(scalars, &position))
        case "*", "+", "?": throw fault("a quantifier without anything to repeat")
        default: return .characters(ScalarSet([next.value...next.value]))
        }
    }

    private mutating func group() throws(GrammarError) -> RegexNode {
        if take("?") {
            if take("<") || (take("P") && take("<")) {
                guard peek != "=", peek != "!" else { throw fault("lookaround, which is not supported,") }
                while let next = peek, next != ">" { position += next == ")" ? scalars.count : 1 }
                guard take(">") else { throw fault("an unfinished group name") }
            } else if !take(":") {
                throw fault("lookaround, which is not supported,")
            }
        }
        let node = try alternatives()
        guard take(")") else { throw fault("a group without its ')'") }
        return node
    }

    private var peek: UnicodeScalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: UnicodeScalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private func fault(_ problem: String) -> GrammarError { .syntax(offset: position, problem: problem) }
}
