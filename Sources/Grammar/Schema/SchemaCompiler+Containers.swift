import OrderedJSON

extension SchemaCompiler {
    // MARK: - Arrays

    mutating func array(
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        if let unique = keywords["uniqueItems"], unique != false {
            throw .unsupported(path: keywords.path + ".uniqueItems", problem: "'uniqueItems' is not supported")
        }
        let least = try keywords.count("minItems") ?? 0
        let most = try keywords.count("maxItems")
        guard least <= most ?? .max else { throw .matchesNothing(path: keywords.path) }
        guard let prefix = keywords["prefixItems"] else {
            if keywords["items"] == false { return JSONGrammar.array(.nothing) }
            let item = try items(keywords, depth: depth, &builder)
            return JSONGrammar.array(JSONGrammar.list(item, atLeast: least, atMost: most))
        }
        guard let schemas = prefix.array else {
            throw .invalid(path: keywords.path + ".prefixItems", problem: "'prefixItems' is a list of schemas")
        }
        var elements: [GrammarExpression] = []
        for (index, schema) in schemas.prefix(most ?? .max).enumerated() {
            if index > 0 { elements += [.text(","), JSONGrammar.gap] }
            let path = "\(keywords.path).prefixItems[\(index)]"
            elements.append(try rule(schema, at: path, depth: depth, &builder))
        }
        let rest = max(0, least - schemas.count)
        if rest > 0 || keywords["items"] != nil && keywords["items"] != false, !schemas.isEmpty {
            if keywords["items"] == false { throw .matchesNothing(path: keywords.path) }
            let item = try items(keywords, depth: depth, &builder)
            elements.append(
                .repeated(
                    .sequence([.text(","), JSONGrammar.gap, item]),
                    atLeast: rest,
                    atMost: most.map { max(0, $0 - schemas.count) }
                )
            )
        }
        return JSONGrammar.array(.sequence(elements))
    }

    private mutating func items(
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        guard let items = keywords["items"] else { return try anyValue(&builder) }
        return try rule(items, at: keywords.path + ".items", depth: depth, &builder)
    }

    // MARK: - Objects

    /// One declared member of an object.
    private struct Property {
        let member: GrammarExpression
        let isRequired: Bool
    }

    /// Members come in the order in which they are declared, then any others that are allowed.
    mutating func object(
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        let declared = try declaredProperties(keywords)
        let required = try requiredNames(keywords)
        var properties: [Property] = []
        for (name, schema) in declared {
            let value = try rule(schema, at: "\(keywords.path).properties.\(name)", depth: depth, &builder)
            properties.append(
                Property(
                    member: JSONGrammar.member(.literal(JSONValue.string(name).utf8()), value),
                    isRequired: required.contains(name)
                )
            )
        }
        let others = try otherMember(keywords, declared, depth: depth, &builder)
        for name in required where declared[name] == nil {
            guard keywords["additionalProperties"] != false else { throw .matchesNothing(path: keywords.path) }
            let value = try otherValue(keywords, depth: depth, &builder)
            properties.append(
                Property(member: JSONGrammar.member(.literal(JSONValue.string(name).utf8()), value), isRequired: true)
            )
        }
        return JSONGrammar.object(try members(properties, others, &builder))
    }

    private func declaredProperties(_ keywords: SchemaKeywords) throws(GrammarError) -> JSONObject {
        guard let value = keywords["properties"] else { return JSONObject() }
        guard let members = value.object else {
            throw .invalid(path: keywords.path + ".properties", problem: "'properties' is an object of schemas")
        }
        return members
    }

    private func requiredNames(_ keywords: SchemaKeywords) throws(GrammarError) -> [String] {
        guard let value = keywords["required"] else { return [] }
        guard let names = value.array?.compactMap(\.string), names.count == value.array?.count else {
            throw .invalid(path: keywords.path + ".required", problem: "'required' is a list of names")
        }
        return names
    }

    private mutating func otherValue(
        _ keywords: SchemaKeywords,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        guard let schema = keywords["additionalProperties"], schema != true else { return try anyValue(&builder) }
        return try rule(schema, at: keywords.path + ".additionalProperties", depth: depth, &builder)
    }

    /// A member that is not declared; none unless they are asked for, or nothing else is.
    private mutating func otherMember(
        _ keywords: SchemaKeywords,
        _ declared: JSONObject,
        depth: Int,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression? {
        let isOpen = keywords["additionalProperties"] == nil && declared.isEmpty && keywords["required"] == nil
        guard isOpen || keywords["additionalProperties"].map({ $0 != false }) ?? false else { return nil }
        let names = Set(declared.keys).union(try requiredNames(keywords))
        let name = try ScalarAutomaton.words(otherThan: names)
        let value = try otherValue(keywords, depth: depth, &builder)
        return JSONGrammar.member(JSONGrammar.quoted(.automaton(name, escaped: true)), value)
    }

    /// Two rules for each place: with something in front, which needs a comma, and without.
    private func members(
        _ properties: [Property],
        _ other: GrammarExpression?,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        let comma = GrammarExpression.sequence([.text(","), JSONGrammar.gap])
        if other == nil, properties.allSatisfy(\.isRequired) {
            let members = properties.enumerated().flatMap { $0 == 0 ? [$1.member] : [comma, $1.member] }
            return .sequence(members)
        }
        let more =
            other.map { GrammarExpression.repeated(.sequence([comma, $0]), atLeast: 0, atMost: nil) } ?? .nothing
        var first = other.map { GrammarExpression.optional(.sequence([$0, more])) } ?? .nothing
        var later = more
        for property in properties.reversed() {
            let laterRule = try builder.addRule("members")
            try builder.define(laterRule, later)
            let firstRule = try builder.addRule("members")
            try builder.define(firstRule, first)
            let here = GrammarExpression.sequence([property.member, .rule(laterRule)])
            let behind = GrammarExpression.sequence([comma, here])
            first = property.isRequired ? here : .choice([here, .rule(firstRule)])
            later = property.isRequired ? behind : .choice([behind, .rule(laterRule)])
        }
        return first
    }
}

extension ScalarAutomaton {
    /// Takes short plain names, except some.
    static func words(otherThan excluded: Set<String>) throws(GrammarError) -> ScalarAutomaton {
        let maxLength = 40
        var automaton = ScalarAutomaton()
        let end = try automaton.addState()
        let free = try automaton.addState()
        automaton.addEdge(from: free, .jsonPlain, to: free)
        automaton.addJump(from: free, to: end)
        /// The state behind each beginning of an excluded word.
        var states: [[UnicodeScalar]: Int] = [[]: start]
        var beginnings: [[UnicodeScalar]] = [[]]
        var continuations: [[UnicodeScalar]: [UnicodeScalar]] = [:]
        for word in excluded.sorted() {
            let scalars = Array(word.unicodeScalars)
            for count in 0..<scalars.count {
                let beginning = Array(scalars[...count])
                guard states[beginning] == nil else { continue }
                states[beginning] = try automaton.addState()
                beginnings.append(beginning)
                continuations[Array(scalars[..<count]), default: []].append(scalars[count])
            }
        }
        for beginning in beginnings {
            guard let state = states[beginning] else { continue }
            let next = continuations[beginning] ?? []
            for scalar in next {
                let set = ScalarSet([scalar.value...scalar.value]).intersection(.jsonPlain)
                if !set.isEmpty, let to = states[beginning + [scalar]] { automaton.addEdge(from: state, set, to: to) }
            }
            let others = ScalarSet(next.map { $0.value...$0.value }).inverted.intersection(.jsonPlain)
            automaton.addEdge(from: state, others, to: free)
            let text = String(String.UnicodeScalarView(beginning))
            if !excluded.contains(text), !text.isEmpty { automaton.addJump(from: state, to: end) }
        }
        automaton.setEnd(end)
        return try automaton.intersection(.length(atLeast: 1, atMost: maxLength))
    }
}
