import OrderedJSON

/// Something that a request says outside its body.
struct OperationParameter: Sendable {
    /// Where it stands.
    enum Place: String, Sendable {
        case path
        case query
        case header
    }

    let name: String
    let place: Place
    let schema: Schema
    let text: String

    var json: JSONValue {
        var members: JSONObject = ["name": .string(name), "in": .string(place.rawValue), "description": .string(text)]
        if place == .path { members["required"] = true }
        members["schema"] = schema.json
        return .object(members)
    }

    /// The trailing part of a path.
    static func id(_ text: String) -> OperationParameter {
        OperationParameter(name: "id", place: .path, schema: Schema.string.with("minLength", 1), text: text)
    }

    /// What every request may say about its thought.
    static let thinkingBound = OperationParameter(
        name: ThinkingHeader.name,
        place: .header,
        schema: Schema.integer.with("minimum", -1).with("maximum", .integer(ChatParameters.maxTokenCount)),
        text: "The bound of the thought for clients that cannot change bodies; everything in the body goes first."
    )

    /// What every request that generates may say.
    static let generation = [
        thinkingBound,
        OperationParameter(
            name: "Idempotency-Key",
            place: .header,
            schema: Schema.string.with("minLength", 1).with("maxLength", 255),
            text: "The same key and body get the same answer, and are billed once."
        ),
        OperationParameter(
            name: "x-request-timeout",
            place: .header,
            schema: Schema.number.with("exclusiveMinimum", 0),
            text: "How many seconds the client waits for the whole answer."
        ),
    ]
}

extension OperationParameter {
    /// What may be asked of `/v1/usage`.
    static let usage = [
        query("start", moment, "The beginning; that of the month unless it is given."),
        query("end", moment, "The end; now unless it is given."),
        query("group_by", .words(["day", "key", "model"]), "What a line is about; days unless it is given."),
        query("account", .string, "Somebody else's account, for keys of the scope admin."),
    ]

    private static let moment = Schema.string.described("Unix seconds, 2026-11-01, or 2026-11-01T12:00:00Z.")

    private static func query(_ name: String, _ schema: Schema, _ text: String) -> OperationParameter {
        OperationParameter(name: name, place: .query, schema: schema, text: text)
    }
}
