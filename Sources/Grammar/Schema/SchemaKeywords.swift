import OrderedJSON

/// The keywords of one schema, all of them known.
struct SchemaKeywords {
    enum ValueType: String, CaseIterable {
        case null, boolean, integer, number, string, array, object
    }

    /// Keywords that say nothing about validity.
    static let annotations: Set<String> = [
        "title", "description", "default", "examples", "example", "$comment", "$schema", "$id", "id", "$defs",
        "definitions", "deprecated", "readOnly", "writeOnly", "discriminator", "contentMediaType", "contentEncoding",
    ]

    /// What belongs to values of a type.
    private static let byType: [ValueType: Set<String>] = [
        .string: ["minLength", "maxLength", "pattern", "format"],
        .number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
        .array: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"],
        .object: ["properties", "required", "additionalProperties"],
    ]

    private static let general: Set<String> = ["type", "enum", "const", "anyOf", "oneOf", "$ref"]

    let path: String
    private let members: JSONObject

    /// - Throws: An error that names the first keyword that is not supported.
    init(_ members: JSONObject, at path: String) throws(GrammarError) {
        self.path = path
        self.members = members
        let typed = Self.byType.values.reduce(into: Set()) { $0.formUnion($1) }
        for (name, _) in members
        where !Self.annotations.contains(name) && !Self.general.contains(name) && !typed.contains(name) {
            throw .unsupported(path: "\(path).\(name)", problem: "the keyword '\(name)' is not supported")
        }
    }

    subscript(name: String) -> JSONValue? { members[name] }

    /// The types of values that the schema is about; none is all of them.
    func types() throws(GrammarError) -> [ValueType] {
        if let declared = members["type"] {
            let names = declared.string.map { [$0] } ?? declared.array?.compactMap(\.string) ?? []
            let types = names.compactMap(ValueType.init)
            guard !types.isEmpty, types.count == names.count, names.count == declared.array?.count ?? 1 else {
                throw .invalid(path: path + ".type", problem: "'type' must name types of JSON")
            }
            // Every integer is a number.
            return types.contains(.number) ? types.filter { $0 != .integer } : types
        }
        // Keywords of a type say nothing of others; one of that type is always valid.
        return ValueType.allCases.filter { type in
            Self.byType[type].map { names in names.contains { members[$0] != nil } } ?? false
        }
    }

    /// The values of `enum` or `const`, as far as they have the right type.
    func listedValues() throws(GrammarError) -> [JSONValue]? {
        var listed: [JSONValue]?
        if let values = members["enum"] {
            guard let array = values.array, !array.isEmpty else {
                throw .invalid(path: path + ".enum", problem: "'enum' is a list of values")
            }
            listed = array
        }
        if let value = members["const"] { listed = listed.map { $0.filter { $0 == value } } ?? [value] }
        guard var values = listed else { return nil }
        if let name = members.keys.first(where: {
            !Self.annotations.contains($0) && !["enum", "const", "type"].contains($0)
        }) {
            throw .unsupported(path: "\(path).\(name)", problem: "'\(name)' beside listed values is not supported")
        }
        if members["type"] != nil {
            let types = try types()
            values.removeAll { value in !types.contains { $0.has(value) } }
        }
        guard !values.isEmpty else { throw .matchesNothing(path: path) }
        return values
    }

    /// - Throws: An error if anything but annotations stands beside a keyword.
    func requireAlone(_ keyword: String) throws(GrammarError) {
        for (name, _) in members where name != keyword && !Self.annotations.contains(name) {
            throw .unsupported(path: "\(path).\(name)", problem: "'\(name)' beside '\(keyword)' is not supported")
        }
    }

    /// A count, if it is there.
    func count(_ name: String) throws(GrammarError) -> Int? {
        guard let value = members[name] else { return nil }
        guard let number = value.number, number >= 0, number <= 1e9, number == number.rounded() else {
            throw .invalid(path: "\(path).\(name)", problem: "'\(name)' must be a whole number")
        }
        return Int(number)
    }
}

extension SchemaKeywords.ValueType {
    /// Whether a value is of this type.
    func has(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.null, .null), (.boolean, .bool), (.string, .string), (.array, .array), (.object, .object): true
        case (.integer, .integer), (.integer, .bigInteger): true
        case (.integer, .double(let number)): number == number.rounded()
        case (.number, .integer), (.number, .bigInteger), (.number, .double): true
        default: false
        }
    }
}
