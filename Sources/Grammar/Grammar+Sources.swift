package import OrderedJSON

extension Grammar {
    /// Values that are valid under a schema.
    package static func jsonSchema(_ schema: JSONValue, path: String = "") throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(try builder.jsonSchema(schema, path: path), path: path)
    }

    /// Any JSON object.
    package static func jsonObject() throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(try builder.jsonObject())
    }

    /// Texts that a regular expression matches as a whole.
    package static func regex(_ pattern: String) throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(try .regex(pattern))
    }

    /// Texts of a grammar in GBNF.
    package static func gbnf(_ text: String) throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(try builder.gbnf(text))
    }

    /// One of a few texts.
    package static func words(_ words: [String]) throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(.words(words.map { Array($0.utf8) }))
    }
}

extension GrammarBuilder {
    /// Any JSON object.
    package mutating func jsonObject() throws(GrammarError) -> GrammarExpression { try anyJSON(isObject: true) }

    /// A text of a grammar in GBNF.
    package mutating func gbnf(_ text: String) throws(GrammarError) -> GrammarExpression {
        try GBNFParser.parse(text, &self)
    }
}

extension GrammarExpression {
    /// A text that a regular expression matches as a whole.
    package static func regex(_ pattern: String) throws(GrammarError) -> GrammarExpression {
        .automaton(try .regex(pattern, isSearch: false), escaped: false)
    }
}
