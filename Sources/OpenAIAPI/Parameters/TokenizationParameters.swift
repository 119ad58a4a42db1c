import OrderedJSON

/// The declared fields of `/tokenize` and `/detokenize`.
enum TokenizationParameters {
    /// The body of `/tokenize` with a text.
    static let text = ParameterTable([
        model,
        .built("prompt", .string(), required: true),
        .built("add_special_tokens", .boolean),
        .built("parse_special", .boolean),
        .notBuilt("return_token_strs", neutral: [false]),
    ])

    /// The body of `/tokenize` with messages. The template writes the special tokens, and none is read from a message.
    static let conversation = ChatParameters.completion.replacing([
        .notBuilt("add_special_tokens", neutral: [false]),
        .notBuilt("parse_special", neutral: [false]),
        .notBuilt("return_token_strs", neutral: [false]),
    ])

    /// The body of `/detokenize`.
    static func tokens(vocabularySize: Int) -> ParameterTable {
        ParameterTable([
            model, .built("tokens", .list(.integer(0...Int64(vocabularySize - 1))), required: true),
        ])
    }

    private static let model = Parameter.built("model", .string(bytes: 1...512))
}
