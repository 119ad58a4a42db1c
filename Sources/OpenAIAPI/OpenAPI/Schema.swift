import OrderedJSON

/// A JSON Schema in the dialect of OpenAPI 3.1 (2020-12), its keywords in a fixed order.
struct Schema: Sendable, Equatable {
    private(set) var keywords: JSONObject

    init(_ keywords: JSONObject) { self.keywords = keywords }

    var json: JSONValue { .object(keywords) }

    static let string = Schema(["type": "string"])
    static let boolean = Schema(["type": "boolean"])
    static let integer = Schema(["type": "integer"])
    static let number = Schema(["type": "number"])
    static let null = Schema(["type": "null"])
    /// An object of whatever members.
    static let anyObject = Schema(["type": "object"])
    /// How many of something there are.
    static let count = Schema(["type": "integer", "minimum": 0])

    /// Exactly this value.
    static func constant(_ value: JSONValue) -> Schema { Schema(["const": value]) }

    /// One of a few strings.
    static func words(_ words: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(words.map(JSONValue.string))])
    }

    static func array(of element: Schema) -> Schema { Schema(["type": "array", "items": element.json]) }

    /// A schema of `components`.
    static func component(_ name: String) -> Schema { Schema(["$ref": .string("#/components/schemas/\(name)")]) }

    /// A value that at least one schema takes.
    static func anyOf(_ schemas: [Schema]) -> Schema { Schema(["anyOf": .array(schemas.map(\.json))]) }

    /// A value that exactly one schema takes.
    static func oneOf(_ schemas: [Schema]) -> Schema { Schema(["oneOf": .array(schemas.map(\.json))]) }

    /// An object with members that are always there and others that may be.
    static func object(_ required: [(String, Schema)], optional: [(String, Schema)] = []) -> Schema {
        var keywords: JSONObject = [
            "type": "object", "properties": .object(JSONObject((required + optional).map { ($0, $1.json) })),
        ]
        if !required.isEmpty { keywords["required"] = .array(required.map { .string($0.0) }) }
        return Schema(keywords)
    }

    /// The same, or null.
    var nullable: Schema {
        var copy = self
        if let type = keywords["type"]?.string {
            copy.keywords["type"] = [.string(type), "null"]
            if let values = keywords["enum"]?.array { copy.keywords["enum"] = .array(values + [.null]) }
            return copy
        }
        if let values = keywords["enum"]?.array {
            copy.keywords["enum"] = .array(values.contains(.null) ? values : values + [.null])
            return copy
        }
        if let schemas = keywords["anyOf"]?.array {
            copy.keywords["anyOf"] = .array(schemas + [Schema.null.json])
            return copy
        }
        return .anyOf([self, .null])
    }

    /// The same with a text for people; an empty one changes nothing.
    func described(_ text: String) -> Schema { text.isEmpty ? self : with("description", .string(text)) }

    /// The same with one more keyword.
    func with(_ keyword: String, _ value: JSONValue?) -> Schema {
        guard let value else { return self }
        var copy = self
        copy.keywords[keyword] = value
        return copy
    }
}
