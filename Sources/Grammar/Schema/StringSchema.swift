import OrderedJSON

/// Strings by length, pattern and format.
enum StringSchema {
    static func expression(_ keywords: SchemaKeywords) throws(GrammarError) -> GrammarExpression {
        let least = try keywords.count("minLength") ?? 0
        let most = try keywords.count("maxLength")
        guard least <= most ?? .max else { throw .matchesNothing(path: keywords.path) }
        var automaton: ScalarAutomaton?
        if let pattern = keywords["pattern"] {
            automaton = try regex(pattern.string, isSearch: true, keywords, "pattern")
        }
        if let format = keywords["format"] {
            guard let pattern = format.string.flatMap(SchemaFormat.pattern) else {
                throw .unsupported(
                    path: keywords.path + ".format",
                    problem: "the format \(format.text()) is not supported"
                )
            }
            let formatted = try regex(pattern, isSearch: false, keywords, "format")
            automaton =
                try automaton.map { (other) throws(GrammarError) in try other.intersection(formatted) } ?? formatted
        }
        guard var found = automaton else {
            return JSONGrammar.quoted(.jsonCharacters(atLeast: least, atMost: most))
        }
        if least > 0 || most != nil { found = try found.intersection(.length(atLeast: least, atMost: most)) }
        return JSONGrammar.quoted(.automaton(found, escaped: true))
    }

    private static func regex(
        _ pattern: String?,
        isSearch: Bool,
        _ keywords: SchemaKeywords,
        _ name: String
    ) throws(GrammarError) -> ScalarAutomaton {
        let path = "\(keywords.path).\(name)"
        guard let pattern else { throw .invalid(path: path, problem: "'\(name)' must be a string") }
        do throws(GrammarError) {
            return try .regex(pattern, isSearch: isSearch)
        } catch .syntax(let offset, let problem) {
            throw .unsupported(path: path, problem: "\(problem) at character \(offset) of the expression")
        }
    }
}
