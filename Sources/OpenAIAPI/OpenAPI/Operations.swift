import OrderedJSON

/// Every endpoint of the server, as the document lists it; a test compares them with the router's.
enum Operations {
    static let all =
        generating + aboutPrompts + aboutResponses + aboutAccounts + AdministrationOperations.all + aboutTheServer

    private static let common = [400, 401, 403, 404, 500, 503]
    private static let generationErrors = common + [402, 409, 422, 429, 504]

    private static let generating = [
        generation("/v1/chat/completions", "createChatCompletion", "Answers a conversation", "ChatCompletion"),
        generation("/v1/completions", "createCompletion", "Goes on from prompts as they are", "Completion"),
        generation("/v1/responses", "createResponse", "Answers in items, and remembers the conversation", "Response"),
        generation(
            "/v1/messages",
            "createMessage",
            "Answers a conversation for Anthropic's clients",
            "Message",
            .messages
        ),
    ]

    private static func generation(
        _ path: String,
        _ name: String,
        _ summary: String,
        _ component: String,
        _ shape: Operation.ErrorShape = .openAI
    ) -> Operation {
        // What answers is called as in OpenAI's and Anthropic's libraries.
        let (document, event) =
            switch component {
            case "ChatCompletion": (component, "ChatCompletionChunk")
            case "Completion": ("TextCompletion", "TextCompletionChunk")
            default: (component, component + "Event")
            }
        return Operation(
            method: "post",
            path: path,
            name: name,
            summary: summary,
            parameters: OperationParameter.generation,
            body: .component(component + "Request"),
            answers: [.document(document), .stream(of: event)],
            errors: generationErrors,
            errorShape: shape,
            reportsBound: true
        )
    }

    private static let aboutPrompts = [
        asking(
            "/v1/messages/count_tokens",
            "countMessageTokens",
            "Counts a conversation's tokens",
            "MessageTokens",
            .messages
        ),
        asking("/tokenize", "tokenize", "Tells the tokens of a text or a conversation", "Tokens"),
        asking("/detokenize", "detokenize", "Tells the text of tokens", "Text"),
        asking("/v1/chat/completions/render", "renderChat", "Tells the prompt that the model would see", "Rendering"),
        asking("/v1/quote", "quoteChat", "Tells what a chat completion would cost", "Quote"),
        asking("/v1/chat/completions/control", "controlChat", "Ends or extends a thought that runs", "ControlReport"),
    ]

    /// An endpoint that takes a body and answers with one document.
    private static func asking(
        _ path: String,
        _ name: String,
        _ summary: String,
        _ answer: String,
        _ shape: Operation.ErrorShape = .openAI
    ) -> Operation {
        let readsConversations = !["/detokenize", "/v1/chat/completions/control"].contains(path)
        return Operation(
            method: "post",
            path: path,
            name: name,
            summary: summary,
            parameters: readsConversations ? [.thinkingBound] : [],
            body: .component(OpenAPIDocument.bodyName(of: path)),
            answers: [.document(answer)],
            errors: common + (path == "/v1/quote" ? [402] : []),
            errorShape: shape
        )
    }

    private static let responseID = [OperationParameter.id("The id of a response of this account.")]

    private static let aboutResponses = [
        Operation(
            method: "get",
            path: "/v1/responses/{id}",
            name: "getResponse",
            summary: "Tells a response again",
            parameters: responseID,
            answers: [.document("Response")],
            errors: common
        ),
        Operation(
            method: "delete",
            path: "/v1/responses/{id}",
            name: "deleteResponse",
            summary: "Forgets a response",
            parameters: responseID,
            answers: [.document("DeletedResponse")],
            errors: common
        ),
        Operation(
            method: "post",
            path: "/v1/responses/{id}/cancel",
            name: "cancelResponse",
            summary: "Ends a response that is being written",
            parameters: responseID,
            answers: [.document("Response")],
            errors: common
        ),
    ]

    private static let aboutAccounts = [
        Operation(
            method: "get",
            path: "/v1/usage",
            name: "getUsage",
            summary: "Tells what an account has used",
            parameters: OperationParameter.usage,
            answers: [.document("UsageReport")],
            errors: common
        ),
        Operation(
            method: "get",
            path: "/v1/credits",
            name: "getCredits",
            summary: "Tells the thinking credits of an account",
            answers: [.document("Credits")],
            errors: common
        ),
    ]

    private static let aboutTheServer = [
        Operation(
            method: "get",
            path: "/v1/models",
            name: "listModels",
            summary: "Lists the names under which the model can be asked for",
            answers: [.document("ModelList")],
            errors: common
        ),
        Operation(
            method: "get",
            path: "/v1/models/{id}",
            name: "getModel",
            summary: "Describes a model",
            parameters: [.id("A name of the list.")],
            answers: [.document("Model")],
            errors: common
        ),
        open("/health", "getHealth", "Tells whether new requests are taken", .document("Health"), errors: [503]),
        open("/health/live", "getLiveness", "Tells that the server runs", .document("Health")),
        open(
            "/health/ready",
            "getReadiness",
            "Tells whether new requests are taken",
            .document("Health"),
            errors: [503]
        ),
        open(
            "/metrics",
            "getMetrics",
            "Tells metrics to Prometheus",
            Operation.Answer(mediaType: "text/plain", schema: .string)
        ),
        open(
            OpenAPIDocument.path,
            "getOpenAPI",
            "Tells this document",
            Operation.Answer(mediaType: "application/json", schema: .anyObject)
        ),
    ]

    /// What everybody may see who can connect.
    private static func open(
        _ path: String,
        _ name: String,
        _ summary: String,
        _ answer: Operation.Answer,
        errors: [Int] = []
    ) -> Operation {
        Operation(
            method: "get",
            path: path,
            name: name,
            summary: summary,
            answers: [answer],
            errors: errors,
            needsKey: false
        )
    }
}
