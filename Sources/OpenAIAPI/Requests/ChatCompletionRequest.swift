package import OrderedJSON

/// The body of `POST /v1/chat/completions`, checked.
package struct ChatCompletionRequest: Sendable, Equatable {
    /// The model asked for; `nil` is the one that is served.
    package var model: String?
    /// At least one message to answer, each an object as `ConversationReader` leaves it.
    ///
    /// `content` is always there, a string or an array of `{"type":"text","text"}` parts.
    package var messages: [JSONValue]
    /// Everything beside the conversation.
    package var options: GenerationOptions
    /// `chat_template_kwargs`: more variables for the template.
    package var templateArguments: JSONObject
    /// The paths of fields that had no effect, for the header `x-actuary-ignored`.
    package var ignoredFields: [String]

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: The bytes as they came.
    ///   - maxChoices: The largest `n` this server allows.
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(body: [UInt8], maxChoices: Int = GenerationOptions.standardMaxChoices) throws(APIError) {
        try self.init(try ParameterReader.parse(body), maxChoices: maxChoices)
    }

    /// Reads a body that is parsed already.
    package init(_ body: JSONValue, maxChoices: Int = GenerationOptions.standardMaxChoices) throws(APIError) {
        let (fields, ignored) = try ParameterReader.read(body, ChatParameters.completion)
        try self.init(fields: fields, ignored: ignored, maxChoices: maxChoices)
    }

    /// Takes what a table of `ChatParameters` accepted, and checks what concerns several fields.
    init(fields: JSONObject, ignored: [String], maxChoices: Int) throws(APIError) {
        model = fields["model"]?.string
        messages = try ConversationReader.messages(fields["messages"]?.array ?? [])
        options = try GenerationOptions(fields, maxChoices: maxChoices)
        templateArguments = fields["chat_template_kwargs"]?.object ?? JSONObject()
        ignoredFields = ignored
    }

    /// Refuses variables that look like a bound, unless the template reads them: nobody else would.
    ///
    /// - Throws: `APIError` that names the variable and suggests what was probably meant.
    package func checkTemplateArguments(_ isRead: (String) -> Bool) throws(APIError) {
        let declared = ThinkingParameters.templateArguments.map(\.name)
        for (name, value) in templateArguments where !value.isNull && !declared.contains(name) && !isRead(name) {
            if let lookalike = BudgetLookalike(name) { throw lookalike.error(at: "chat_template_kwargs.\(name)") }
        }
    }
}
