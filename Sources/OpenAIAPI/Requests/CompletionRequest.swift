import OrderedJSON

/// The body of `POST /v1/completions`, checked.
package struct CompletionRequest: Sendable, Equatable {
    /// A text to go on from, or its tokens.
    package enum Prompt: Sendable, Equatable {
        case text(String)
        case tokens([Int])
    }

    /// The model asked for; `nil` is the one that is served.
    package var model: String?
    /// At least one.
    package var prompts: [Prompt]
    /// `echo`: whether the answer begins with the prompt.
    package var echoesPrompt: Bool
    /// `add_special_tokens`: whether the tokenizer adds what it puts around every text.
    package var addsSpecialTokens: Bool
    package var options: GenerationOptions
    /// The paths of fields that had no effect.
    package var ignoredFields: [String]

    /// Reads a body.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(
        body: [UInt8],
        vocabularySize: Int,
        maxChoices: Int = GenerationOptions.standardMaxChoices
    ) throws(APIError) {
        let table = CompletionParameters.body(vocabularySize: vocabularySize)
        let (fields, ignored) = try ParameterReader.read(try ParameterReader.parse(body), table)
        model = fields["model"]?.string
        prompts = try Self.prompts(fields["prompt"] ?? "")
        echoesPrompt = fields["echo"]?.bool ?? false
        addsSpecialTokens = fields["add_special_tokens"]?.bool ?? true
        options = try GenerationOptions(fields, maxChoices: maxChoices)
        ignoredFields = ignored
        if let candidates = fields["best_of"]?.integer, candidates != options.choiceCount {
            throw .invalidRequest(
                "'best_of' (\(candidates)) must be equal to 'n' (\(options.choiceCount)): all answers are returned here.",
                param: "best_of",
                code: "invalid_value"
            )
        }
    }

    private static func prompts(_ value: JSONValue) throws(APIError) -> [Prompt] {
        if let text = value.string { return [.text(text)] }
        let elements = value.array ?? []
        let tokens = elements.compactMap(\.integer)
        if tokens.count == elements.count { return [.tokens(tokens)] }
        let prompts = elements.compactMap { element in
            element.string.map(Prompt.text) ?? element.array.map { .tokens($0.compactMap(\.integer)) }
        }
        guard tokens.isEmpty else {
            throw .invalidRequest(
                "'prompt' must be a string, an array of tokens, or an array of these; tokens and prompts are mixed in it.",
                param: "prompt",
                code: "invalid_value"
            )
        }
        guard prompts.count <= CompletionParameters.maxPromptCount else {
            throw .invalidRequest(
                "'prompt' may hold at most \(CompletionParameters.maxPromptCount) prompts, but holds \(prompts.count).",
                param: "prompt",
                code: "invalid_value"
            )
        }
        return prompts
    }
}
