/// Reads grammars in the notation of GBNF.
///
///     root   ::= item ("," " "? item)*
///     item   ::= [a-z]+ | "\"" [^"\x00-\x1F]{0,20} "\""      # comments run to the end of the line
///
/// Rules are names, `::=` and alternatives; a rule ends where the next one begins. Parts are strings in double quotes,
/// classes in brackets, `.`, names, and groups in parentheses, with `*`, `+`, `?` and `{m,n}` behind them. The text
/// begins with the rule `root`.
struct GBNFParser {
    private static let maxDepth = 64
    private static let maxRuleCount = 4_000

    private let scalars: [UnicodeScalar]
    private var position = 0
    private var depth = 0
    private var rules: [String: Int] = [:]

    private init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// Adds a grammar's rules; returns what its root stands for.
    static func parse(_ text: String, _ builder: inout GrammarBuilder) throws(GrammarError) -> GrammarExpression {
        var parser = GBNFParser(text)
        var defined: Set<String> = []
        parser.skip()
        while parser.position < parser.scalars.count {
            guard let name = parser.name() else { throw parser.fault("the name of a rule is missing") }
            parser.skip()
            guard parser.take("::=") else { throw parser.fault("'::=' is missing") }
            guard defined.insert(name).inserted else { throw parser.fault("the rule '\(name)' is defined twice") }
            let rule = try parser.rule(name, &builder)
            try builder.define(rule, try parser.alternatives(&builder))
        }
        guard let root = parser.rules["root"], defined.contains("root") else { throw .undefinedRule("root") }
        return .rule(root)
    }

    private mutating func rule(_ name: String, _ builder: inout GrammarBuilder) throws(GrammarError) -> Int {
        if let known = rules[name] { return known }
        guard rules.count < Self.maxRuleCount else { throw .tooLarge }
        let rule = try builder.addRule(name)
        rules[name] = rule
        return rule
    }

    private mutating func alternatives(_ builder: inout GrammarBuilder) throws(GrammarError) -> GrammarExpression {
        depth += 1
        guard depth <= Self.maxDepth else { throw fault("too many nested groups") }
        defer { depth -= 1 }
        var choices = [try sequence(&builder)]
        while take("|") { choices.append(try sequence(&builder)) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence(_ builder: inout GrammarBuilder) throws(GrammarError) -> GrammarExpression {
        var items: [GrammarExpression] = []
        while true {
            skip()
            guard let item = try atom(&builder) else { break }
            items.append(try quantified(item))
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    private mutating func atom(_ builder: inout GrammarBuilder) throws(GrammarError) -> GrammarExpression? {
        switch peek {
        case "\"": return try string()
        case "[":
            position += 1
            return .characters(try RegexClass.parse(scalars, &position))
        case ".":
            position += 1
            return .characters(.all)
        case "(":
            position += 1
            let inner = try alternatives(&builder)
            guard take(")") else { throw fault("a group without its ')'") }
            return inner
        case nil, "|", ")": return nil
        default:
            let mark = position
            guard let name = name() else { throw fault("an unexpected character") }
            skip()
            // The next rule begins here.
            if scalars[position...].starts(with: "::=".unicodeScalars) {
                position = mark
                return nil
            }
            return .rule(try rule(name, &builder))
        }
    }

    private mutating func quantified(_ item: GrammarExpression) throws(GrammarError) -> GrammarExpression {
        var item = item
        var count = 0
        while true {
            if take("*") {
                item = .repeated(item, atLeast: 0, atMost: nil)
            } else if take("+") {
                item = .repeated(item, atLeast: 1, atMost: nil)
            } else if take("?") {
                item = .optional(item)
            } else if take("{") {
                item = try counted(item)
            } else {
                return item
            }
            count += 1
            guard count < 4 else { throw fault("too many quantifiers") }
        }
    }

    private mutating func counted(_ item: GrammarExpression) throws(GrammarError) -> GrammarExpression {
        skip()
        let low = number()
        skip()
        var high = low
        if take(",") {
            skip()
            high = number()
        }
        skip()
        guard take("}"), let low = low ?? (high == nil ? nil : 0), low <= high ?? .max else {
            throw fault("a count that is none")
        }
        guard low <= RegexParser.maxCount, high ?? 0 <= RegexParser.maxCount else { throw .tooLarge }
        return .repeated(item, atLeast: low, atMost: high)
    }

    private mutating func string() throws(GrammarError) -> GrammarExpression {
        position += 1
        var text = String.UnicodeScalarView()
        while let next = peek, next != "\"" {
            position += 1
            guard next == "\\" else {
                text.append(next)
                continue
            }
            let set = try RegexEscape.parse(scalars, &position)
            guard set.ranges.count == 1, let range = set.ranges.first, range.count == 1,
                let scalar = UnicodeScalar(range.lowerBound)
            else { throw fault("an escape that is not one character") }
            text.append(scalar)
        }
        guard take("\"") else { throw fault("a string without its end") }
        return .text(String(text))
    }

    // MARK: - Scalars

    private var peek: UnicodeScalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func name() -> String? {
        let start = position
        while let next = peek, next == "-" || ScalarSet.wordCharacters.contains(next) { position += 1 }
        return position > start ? String(String.UnicodeScalarView(scalars[start..<position])) : nil
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let next = peek, ScalarSet.digits.contains(next) {
            value = min((value ?? 0) * 10 + Int(next.value - 0x30), 1_000_000)
            position += 1
        }
        return value
    }

    /// White space and comments.
    private mutating func skip() {
        while let next = peek {
            if next == "#" {
                while let other = peek, other != "\n" { position += 1 }
            } else if next == " " || next == "\n" || next == "\t" || next == "\r" {
                position += 1
            } else {
                return
            }
        }
    }

    private func fault(_ problem: String) -> GrammarError { .syntax(offset: position, problem: problem) }
}
