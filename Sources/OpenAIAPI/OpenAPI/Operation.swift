import OrderedJSON

/// What the document says of one method of one path.
struct Operation: Sendable {
    /// In whose words errors are told.
    enum ErrorShape: String, Sendable {
        case openAI = "Error"
        /// Anthropic's.
        case messages = "MessagesError"
    }

    /// What a successful answer is.
    struct Answer: Sendable {
        let mediaType: String
        let schema: Schema
        /// Of a stream: the data of each event.
        var event: Schema?
    }

    let method: String
    let path: String
    /// What generated clients call it.
    let name: String
    let summary: String
    var parameters: [OperationParameter] = []
    var body: Schema?
    /// Whether no body is another request than one without fields.
    var needsBody = true
    let answers: [Answer]
    /// The statuses of errors that its handler answers with.
    var errors: [Int] = []
    var errorShape = ErrorShape.openAI
    /// Whether it needs a key on a server that has keys.
    var needsKey = true
    /// Whether answers say which bound was applied to the thought.
    var reportsBound = false

    /// The operation as a member of its path.
    var json: JSONValue {
        var members: JSONObject = ["operationId": .string(name), "summary": .string(summary)]
        if !needsKey { members["security"] = [] }
        if !parameters.isEmpty { members["parameters"] = .array(parameters.map(\.json)) }
        if let body {
            members["requestBody"] = [
                "required": .bool(needsBody), "content": ["application/json": ["schema": body.json]],
            ]
        }
        members["responses"] = .object(responses)
        return .object(members)
    }

    private var responses: JSONObject {
        var headers: JSONObject = ["x-request-id": Self.header("x-request-id")]
        if reportsBound {
            for name in ["x-think-budget", "x-think-budget-source", "x-actuary-replayed"] {
                headers[name] = Self.header(name)
            }
        }
        if body != nil { headers["x-actuary-ignored"] = Self.header("x-actuary-ignored") }
        let success: JSONValue = [
            "description": "Success", "headers": .object(headers),
            "content": .object(JSONObject(answers.map { ($0.mediaType, $0.json) })),
        ]
        var responses: JSONObject = ["200": success]
        for status in errors.sorted() {
            responses[String(status)] = Self.error(StatusText.of(status), errorShape, mayRetry: status >= 402)
        }
        // What the HTTP server refuses before an endpoint sees it is told in one way everywhere.
        responses["default"] = Self.error("What is no request to this endpoint", .openAI, mayRetry: false)
        return responses
    }

    private static func error(_ text: String, _ shape: ErrorShape, mayRetry: Bool) -> JSONValue {
        var headers: JSONObject = ["x-request-id": header("x-request-id")]
        if mayRetry {
            for name in ["retry-after", "x-should-retry"] { headers[name] = header(name) }
        }
        return [
            "description": .string(text), "headers": .object(headers),
            "content": ["application/json": ["schema": Schema.component(shape.rawValue).json]],
        ]
    }

    private static func header(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/headers/\(name)")]
    }
}

extension Operation.Answer {
    /// One JSON document.
    static func document(_ component: String) -> Operation.Answer {
        Operation.Answer(mediaType: "application/json", schema: .component(component))
    }

    /// Server-sent events, as this version of OpenAPI can say it: a text, and beside it the schema of each event's data.
    static func stream(of component: String) -> Operation.Answer {
        Operation.Answer(mediaType: "text/event-stream", schema: .string, event: .component(component))
    }

    fileprivate var json: JSONValue {
        var members: JSONObject = ["schema": schema.json]
        members["x-event-schema"] = event?.json
        return .object(members)
    }
}
