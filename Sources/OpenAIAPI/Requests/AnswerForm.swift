package import OrderedJSON

/// What form an answer must have.
package enum AnswerForm: Sendable, Equatable {
    /// Any text.
    case free
    /// A JSON object.
    case jsonObject
    /// A value that is valid under a schema.
    case jsonSchema(JSONValue)
    /// A text that a regular expression matches as a whole.
    case regex(String)
    /// A text of a grammar in GBNF.
    case grammar(String)
    /// One of a few texts.
    case words([String])
}

/// The form that a request asks for, and the field that says so.
package struct RequestedForm: Sendable, Equatable {
    package var form: AnswerForm
    /// Where the schema, the expression or the grammar stands in the body.
    package var path: String

    package static let free = RequestedForm(form: .free, path: "")

    package init(form: AnswerForm, path: String) {
        self.form = form
        self.path = path
    }

    /// Takes what a table accepted; one field at most may ask for a form.
    init(_ fields: JSONObject) throws(APIError) {
        var found: [RequestedForm] = []
        if let form = Self.responseFormat(fields["response_format"]) { found.append(form) }
        for name in ["text", "output_config"] {
            if let form = Self.plainFormat(fields[name]?["format"], at: name + ".format") { found.append(form) }
        }
        let structured = fields["structured_outputs"] ?? [:]
        for (group, prefix, values) in [
            ("", "", JSONValue.object(fields)), ("guided_", "", .object(fields)),
            ("", "structured_outputs.", structured),
        ] {
            for name in ["json", "json_schema", "regex", "choice", "grammar", "ebnf", "json_object"] {
                // At the top, "json" and "choice" are no fields, and the others have no second name.
                guard let value = values[group + name],
                    let form = try Self.form(name, value, at: prefix + group + name)
                else { continue }
                found.append(RequestedForm(form: form, path: prefix + group + name))
            }
        }
        if found.count > 1 {
            throw .invalidRequest(
                "'\(found[0].path)' and '\(found[1].path)' both say what the answer must be; send one.",
                param: found[1].path,
                code: "invalid_value"
            )
        }
        self = found.first ?? .free
    }

    private static func responseFormat(_ format: JSONValue?) -> RequestedForm? {
        switch format?["type"]?.string {
        case "json_object": return RequestedForm(form: .jsonObject, path: "response_format")
        case "json_schema":
            let path = "response_format.json_schema.schema"
            guard let schema = format?["json_schema"]?["schema"] else {
                return RequestedForm(form: .jsonObject, path: path)
            }
            return RequestedForm(form: .jsonSchema(schema), path: path)
        default: return nil
        }
    }

    /// The format of responses and messages: the schema stands beside the type.
    private static func plainFormat(_ format: JSONValue?, at path: String) -> RequestedForm? {
        switch format?["type"]?.string {
        case "json_object": RequestedForm(form: .jsonObject, path: path)
        case "json_schema": format?["schema"].map { RequestedForm(form: .jsonSchema($0), path: path + ".schema") }
        default: nil
        }
    }

    private static func form(_ name: String, _ value: JSONValue, at path: String) throws(APIError) -> AnswerForm? {
        switch name {
        case "json", "json_schema": return .jsonSchema(try schema(value, at: path))
        case "regex": return value.string.map(AnswerForm.regex)
        // Some servers' clients send an empty grammar for none.
        case "grammar", "ebnf": return value.string.flatMap { $0.isEmpty ? nil : .grammar($0) }
        case "choice": return value.array.map { .words($0.compactMap(\.string)) }
        default: return value == true ? .jsonObject : nil
        }
    }

    /// A schema, or its text.
    private static func schema(_ value: JSONValue, at path: String) throws(APIError) -> JSONValue {
        guard let text = value.string else { return value }
        do throws(JSONParseError) {
            return try JSONValue(parsing: text)
        } catch {
            throw .invalidRequest("'\(path)' is not valid JSON: \(error).", param: path, code: "invalid_value")
        }
    }
}
