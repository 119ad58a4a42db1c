package import OrderedJSON

/// Compiles JSON Schema, as far as it can be held exactly, to rules of a grammar.
///
/// What is generated is valid under the schema; where validity would need more than a grammar, the keyword is refused.
/// Text is always canonical: characters are escaped only where they must be if their number or pattern counts.
struct SchemaCompiler {
    /// How deep a schema may be nested.
    private static let maxDepth = 64
    /// The most subschemas.
    private static let maxSchemaCount = 4_000

    let document: JSONValue
    /// What paths in errors begin with.
    let origin: String
    /// Rules of referenced schemas, by pointer.
    private var references: [String: Int] = [:]
    private var freeValue: Int?
    private var schemaCount = 0

    init(_ document: JSONValue, path: String) {
        self.document = document
        origin = path
    }

    /// Compiles a schema to an expression.
    mutating func compile(
        _ schema: JSONValue,
        at path: String,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        schemaCount += 1
        guard depth < Self.maxDepth, schemaCount < Self.maxSchemaCount else { throw .tooLarge }
        switch schema {
        case .bool(true): return try anyValue(&builder)
        case .bool(false): throw .matchesNothing(path: path)
        case .object(let members):
            let keywords = try SchemaKeywords(try merged(members, at: path), at: path)
            return try compile(keywords, depth: depth, &builder)
        default: throw .invalid(path: path, problem: "a schema is an object or a boolean, not \(schema.kind)")
        }
    }

    private mutating func compile(
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        if let pointer = keywords["$ref"] { return try reference(pointer, keywords, depth: depth, &builder) }
        if let alternatives = keywords["anyOf"] ?? keywords["oneOf"] {
            return try union(alternatives, keywords, depth: depth, &builder)
        }
        if let values = try keywords.listedValues() {
            return .words(values.map { $0.utf8() })
        }
        let types = try keywords.types()
        guard !types.isEmpty else { return try anyValue(&builder) }
        var parts: [GrammarExpression] = []
        for type in types { parts.append(try compile(type, keywords, depth: depth, &builder)) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func compile(
        _ type: SchemaKeywords.ValueType,
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        switch type {
        case .null: return .text("null")
        case .boolean: return .words([Array("true".utf8), Array("false".utf8)])
        case .string: return try StringSchema.expression(keywords)
        case .integer: return try NumberSchema.integer(keywords)
        case .number: return try NumberSchema.number(keywords)
        case .array: return try array(keywords, depth: depth, &builder)
        case .object: return try object(keywords, depth: depth, &builder)
        }
    }

    /// A schema as a rule of its own, so that what uses it twice is not twice as large.
    mutating func rule(
        _ schema: JSONValue,
        at path: String,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        let rule = try builder.addRule(path)
        try builder.define(rule, try compile(schema, at: path, depth: depth + 1, &builder))
        return .rule(rule)
    }

    mutating func anyValue(_ builder: inout GrammarBuilder) throws(GrammarError) -> GrammarExpression {
        if let freeValue { return .rule(freeValue) }
        let rule = try builder.addRule("JSON")
        try builder.define(rule, try builder.anyJSON(isObject: false))
        freeValue = rule
        return .rule(rule)
    }

    // MARK: - Combinations

    /// The keywords with those of `allOf` among them, if none is there twice.
    private func merged(_ members: JSONObject, at path: String) throws(GrammarError) -> JSONObject {
        guard let parts = members["allOf"] else { return members }
        var result = members
        result["allOf"] = nil
        guard let parts = parts.array, !parts.isEmpty else {
            throw .invalid(path: path + ".allOf", problem: "'allOf' is a list of schemas")
        }
        for (index, part) in parts.enumerated() {
            guard let keywords = part.object else {
                throw .unsupported(path: "\(path).allOf[\(index)]", problem: "only objects can be combined by 'allOf'")
            }
            for (name, value) in try merged(keywords, at: "\(path).allOf[\(index)]") {
                if SchemaKeywords.annotations.contains(name) { continue }
                guard result[name] == nil || result[name] == value else {
                    throw .unsupported(
                        path: "\(path).allOf[\(index)].\(name)",
                        problem: "'allOf' may not name a keyword twice, as it does '\(name)'"
                    )
                }
                result[name] = value
            }
        }
        return result
    }

    private mutating func reference(
        _ pointer: JSONValue,
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        let path = keywords.path + ".$ref"
        try keywords.requireAlone("$ref")
        guard let text = pointer.string, let target = resolve(text) else {
            throw .invalid(path: path, problem: "'$ref' must point into this schema, as '#/$defs/name' does")
        }
        if let known = references[text] { return .rule(known) }
        let rule = try builder.addRule(text)
        references[text] = rule
        let place = origin + text.dropFirst().split(separator: "/").map { "." + $0 }.joined()
        try builder.define(rule, try compile(target, at: place, depth: depth + 1, &builder))
        return .rule(rule)
    }

    private func resolve(_ pointer: String) -> JSONValue? {
        guard pointer.hasPrefix("#") else { return nil }
        var value = document
        for part in pointer.dropFirst().split(separator: "/") {
            let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
            let next = Int(name).flatMap { index in value.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            }
            guard let found = next ?? value[String(name)] else { return nil }
            value = found
        }
        return value
    }

    private mutating func union(
        _ alternatives: JSONValue,
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        let name = keywords["anyOf"] != nil ? "anyOf" : "oneOf"
        let path = keywords.path + "." + name
        try keywords.requireAlone(name)
        guard let schemas = alternatives.array, !schemas.isEmpty else {
            throw .invalid(path: path, problem: "'\(name)' is a list of schemas")
        }
        if name == "oneOf", !SchemaDisjointness.holds(schemas.map { resolved($0) }) {
            throw .unsupported(
                path: path,
                problem:
                    "'oneOf' is supported where the schemas exclude each other by type or by a constant; use 'anyOf'"
            )
        }
        var parts: [GrammarExpression] = []
        for (index, schema) in schemas.enumerated() {
            parts.append(try rule(schema, at: "\(path)[\(index)]", depth: depth, &builder))
        }
        return .choice(parts)
    }

    /// The schema that a reference leads to.
    private func resolved(_ schema: JSONValue) -> JSONValue {
        var schema = schema
        for _ in 0..<8 {
            guard let pointer = schema["$ref"]?.string, let target = resolve(pointer) else { break }
            schema = target
        }
        return schema
    }
}

extension GrammarBuilder {
    /// The texts of values that are valid under a schema.
    ///
    /// - Parameters:
    ///   - schema: JSON Schema, as far as OpenAI's strict subset goes and somewhat farther.
    ///   - path: What the paths in errors begin with.
    /// - Returns: An expression that refers to rules of this builder.
    /// - Throws: The keyword that cannot be held, with its path.
    package mutating func jsonSchema(_ schema: JSONValue, path: String) throws(GrammarError) -> GrammarExpression {
        var compiler = SchemaCompiler(schema, path: path)
        return try compiler.rule(schema, at: path, depth: 0, &self)
    }
}
