package import OrderedJSON

/// The body of `POST /v1/chat/completions/render`: a chat body whose prompt is shown instead of answered.
package struct RenderRequest: Sendable, Equatable {
    /// Everything that a completion has, too: limits and thinking decide what the prompt ends with.
    package var chat: ChatCompletionRequest
    /// `tools`, each exactly as it was sent: the template prints them.
    package var tools: [JSONValue]
    /// `add_generation_prompt`: whether the prompt opens the assistant's turn; true unless the last one is continued.
    package var addsGenerationPrompt: Bool
    /// `continue_final_message`: whether the last message stays open, to be continued.
    package var continuesFinalMessage: Bool

    /// Reads a body.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(
        body: [UInt8],
        maxChoices: Int = GenerationOptions.standardMaxChoices
    ) throws(APIError) {
        try self.init(try ParameterReader.parse(body), maxChoices: maxChoices)
    }

    /// Reads a body that is parsed already.
    package init(
        _ body: JSONValue,
        maxChoices: Int = GenerationOptions.standardMaxChoices
    ) throws(APIError) {
        try self.init(body, table: ChatParameters.render, maxChoices: maxChoices)
    }

    init(_ body: JSONValue, table: ParameterTable, maxChoices: Int) throws(APIError) {
        let (fields, ignored) = try ParameterReader.read(body, table)
        chat = try ChatCompletionRequest(fields: fields, ignored: ignored, maxChoices: maxChoices)
        tools = fields["tools"]?.array ?? []
        continuesFinalMessage = fields["continue_final_message"]?.bool ?? false
        addsGenerationPrompt = fields["add_generation_prompt"]?.bool ?? !continuesFinalMessage
        guard !(continuesFinalMessage && addsGenerationPrompt) else {
            throw .invalidRequest(
                "'continue_final_message' and 'add_generation_prompt' cannot both be true: the prompt ends in one place.",
                param: "continue_final_message",
                code: "invalid_value"
            )
        }
    }
}
