package import OrderedJSON

/// The body of `POST /tokenize`: a text, or a conversation as `render` takes it.
package enum TokenizeRequest: Sendable, Equatable {
    case text(TextToTokenize)
    case conversation(ChatCompletionRequest)

    /// Reads a body.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8]) throws(APIError) { try self.init(try ParameterReader.parse(body)) }

    /// Reads a body that is parsed already.
    package init(_ body: JSONValue) throws(APIError) {
        switch (Self.has("prompt", body), Self.has("messages", body)) {
        case (true, true):
            throw .invalidRequest("Send 'prompt' or 'messages', not both.", param: "prompt", code: "invalid_value")
        case (false, true):
            let table = TokenizationParameters.conversation
            self = .conversation(
                try ChatCompletionRequest(body, table: table, maxChoices: GenerationOptions.standardMaxChoices)
            )
        case (true, false): self = .text(try TextToTokenize(body))
        case (false, false):
            guard body.object != nil else { throw Self.notAnObject(body) }
            throw .invalidRequest(
                "'prompt' is required, or 'messages'.",
                param: "prompt",
                code: "missing_required_parameter"
            )
        }
    }

    /// The model asked for; `nil` is the one that is served.
    package var model: String? {
        switch self {
        case .text(let text): text.model
        case .conversation(let chat): chat.model
        }
    }

    /// The paths of fields that had no effect.
    package var ignoredFields: [String] {
        switch self {
        case .text(let text): text.ignoredFields
        case .conversation(let chat): chat.ignoredFields
        }
    }

    private static func has(_ name: String, _ body: JSONValue) -> Bool { body[name].map { !$0.isNull } ?? false }

    private static func notAnObject(_ body: JSONValue) -> APIError {
        .invalidRequest("The body must be a JSON object, but was \(body.kind).", code: "invalid_type")
    }
}
