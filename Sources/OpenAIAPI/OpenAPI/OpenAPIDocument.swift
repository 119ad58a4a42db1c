package import OrderedJSON

/// The description of the server's HTTP interface in OpenAPI 3.1, made from what its requests are validated with.
package struct OpenAPIDocument: Sendable {
    /// Where it is served.
    package static let path = "/openapi.json"

    /// The number of tokens of the served model, which bounds token ids.
    private let vocabularySize: Int
    /// The largest `n` of this server.
    private let maxChoices: Int

    package init(vocabularySize: Int, maxChoices: Int) {
        self.vocabularySize = vocabularySize
        self.maxChoices = maxChoices
    }

    /// The document; the same for the same server, byte by byte.
    package var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Actuary", "version": "1",
                "description":
                    "A model whose thinking is switched, bounded, metered and billed. Fields that are null count as absent.",
            ],
            "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
            "security": [["bearer": []], ["key": []], [:]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(JSONObject((bodies + Self.shapes).map { ($0.0, $0.1.json) })),
                "headers": .object(Self.headers),
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "key": ["type": "apiKey", "in": "header", "name": "x-api-key"],
                ],
            ],
        ]
    }

    /// Methods and paths of all endpoints, for example `POST /v1/completions`.
    package static var endpoints: [String] { Operations.all.map { "\($0.method.uppercased()) \($0.path)" } }

    private var paths: JSONObject {
        var paths = JSONObject()
        for operation in Operations.all {
            var methods = paths[operation.path]?.object ?? JSONObject()
            methods[operation.method] = operation.json
            paths[operation.path] = .object(methods)
        }
        return paths
    }

    private static let shapes =
        ChatShapes.all + CompletionShapes.all + MessageShapes.all + ResponseShapes.all + UsageShapes.all
        + ServiceShapes.all

    // MARK: - Bodies

    /// The component that declares what is sent to a path.
    static func bodyName(of path: String) -> String {
        switch path {
        case "/tokenize": "TokenizeRequest"
        case "/detokenize": "DetokenizeRequest"
        case "/v1/chat/completions/control": "ControlRequest"
        case "/v1/messages/count_tokens": "CountTokensRequest"
        default: "ChatCompletionRequest"
        }
    }

    private var bodies: [(String, Schema)] {
        let choices = Parameter.built("n", .integer(1...Int64(maxChoices)))
        let completion = CompletionParameters.body(vocabularySize: vocabularySize).replacing([choices])
        return [
            ("ChatCompletionRequest", ChatParameters.completion.replacing([choices]).schema),
            ("CompletionRequest", completion.schema),
            ("ResponseRequest", ResponsesParameters.body.schema),
            ("MessageRequest", MessagesParameters.message.schema),
            ("CountTokensRequest", MessagesParameters.counted.schema),
            (
                "TokenizeRequest",
                .oneOf([TokenizationParameters.text.schema, TokenizationParameters.conversation.schema])
            ),
            ("DetokenizeRequest", TokenizationParameters.tokens(vocabularySize: vocabularySize).schema),
            ("ControlRequest", ControlRequest.table.schema),
        ]
    }

    // MARK: - Headers

    private static let headers: JSONObject = [
        "x-request-id": header("The name of this request in the server's log.", .string, isRequired: true),
        // What is told again for the same Idempotency-Key has them in its usage only.
        "x-think-budget": header("The bound of the thought: a number, or unlimited.", .string),
        "x-think-budget-source": header("Who asked for it.", .string),
        "x-actuary-replayed": header("That an earlier request was answered so.", .words(["true"])),
        IgnoredFields.headerName: header("Fields of the body that had no effect.", .string),
        "retry-after": header("After how many seconds another attempt makes sense.", .count),
        "x-should-retry": header("Whether another attempt makes sense.", .words(["true", "false"])),
    ]

    private static func header(_ text: String, _ schema: Schema, isRequired: Bool = false) -> JSONValue {
        ["description": .string(text), "required": .bool(isRequired), "schema": schema.json]
    }
}
