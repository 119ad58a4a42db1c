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
        return try builder.finish(try builder.anyJSON(isObject: true))
    }

    /// Texts that a regular expression matches as a whole.
    package static func regex(_ pattern: String) throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(.automaton(try .regex(pattern, isSearch: false), escaped: false))
    }

    /// Texts of a grammar in GBNF.
    package static func gbnf(_ text: String) throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(try GBNFParser.parse(text, &builder))
    }

    /// One of a few texts.
    package static func words(_ words: [String]) throws(GrammarError) -> Grammar {
        var builder = GrammarBuilder()
        return try builder.finish(.words(words.map { Array($0.utf8) }))
    }
}
