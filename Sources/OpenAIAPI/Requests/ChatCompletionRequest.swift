package import OrderedJSON

/// The body of `POST /v1/chat/completions`, checked; `/v1/chat/completions/render` takes the same.
package struct ChatCompletionRequest: Sendable, Equatable {
    /// The model asked for; `nil` is the one that is served.
    package var model: String?
    /// At least one message to answer, each an object as `ConversationReader` leaves it.
    ///
    /// `content` is always there, a string or an array of `{"type":"text","text"}` parts.
    package var messages: [JSONValue]
    package var tools: ToolOptions
    /// `add_generation_prompt`: whether the prompt opens the assistant's turn; true unless the last one is continued.
    package var addsGenerationPrompt: Bool
    /// `continue_final_message`: whether the last message stays open, to be continued.
    package var continuesFinalMessage: Bool
    /// `chat_template_kwargs`: more variables for the template.
    package var templateArguments: JSONObject
    /// Everything beside the conversation.
    package var options: GenerationOptions
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
        try self.init(body, table: ChatParameters.completion, maxChoices: maxChoices)
    }

    init(_ body: JSONValue, table: ParameterTable, maxChoices: Int) throws(APIError) {
        let (fields, ignored) = try ParameterReader.read(body, table)
        try self.init(fields: fields, ignored: ignored, maxChoices: maxChoices)
    }

    /// Takes what a table of `ChatParameters` accepted, and checks what concerns several fields.
    ///
    /// - Parameters:
    ///   - fields: The body, in the form of a chat.
    ///   - ignored: The paths of fields without effect.
    ///   - maxChoices: The largest `n`.
    ///   - schemaMember: Where the client's own form of a tool has the schema of its arguments.
    /// - Throws: `APIError` with status 400 that names the field at fault.
    init(
        fields: JSONObject,
        ignored: [String],
        maxChoices: Int,
        schemaMember: String = "function.parameters"
    ) throws(APIError) {
        model = fields["model"]?.string
        messages = try ConversationReader.messages(fields["messages"]?.array ?? [])
        tools = try ToolOptions(fields, schemaMember: schemaMember)
        templateArguments = fields["chat_template_kwargs"]?.object ?? JSONObject()
        continuesFinalMessage = fields["continue_final_message"]?.bool ?? false
        addsGenerationPrompt = fields["add_generation_prompt"]?.bool ?? !continuesFinalMessage
        options = try GenerationOptions(fields, maxChoices: maxChoices)
        ignoredFields = ignored
        guard !(continuesFinalMessage && addsGenerationPrompt) else {
            throw .invalidRequest(
                "'continue_final_message' and 'add_generation_prompt' cannot both be true: the prompt ends in one place.",
                param: "continue_final_message",
                code: "invalid_value"
            )
        }
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
