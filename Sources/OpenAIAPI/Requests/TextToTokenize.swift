import OrderedJSON

/// A text whose tokens are asked for.
package struct TextToTokenize: Sendable, Equatable {
    /// The model asked for; `nil` is the one that is served.
    package var model: String?
    package var prompt: String
    /// `add_special_tokens`: whether the tokenizer adds what it puts around every text.
    package var addsSpecialTokens: Bool
    /// `parse_special`: whether special tokens written out in the text are recognised.
    package var parsesSpecialTokens: Bool
    /// The paths of fields that had no effect.
    package var ignoredFields: [String]

    init(_ body: JSONValue) throws(APIError) {
        let (fields, ignored) = try ParameterReader.read(body, TokenizationParameters.text)
        model = fields["model"]?.string
        prompt = fields["prompt"]?.string ?? ""
        addsSpecialTokens = fields["add_special_tokens"]?.bool ?? true
        parsesSpecialTokens = fields["parse_special"]?.bool ?? true
        ignoredFields = ignored
    }
}
