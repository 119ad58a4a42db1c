import OrderedJSON

/// What a request wants to be told of its tokens.
package struct TokenReportOptions: Sendable, Equatable {
    /// How many alternatives are told with each token's log-probability; `nil` tells none of it.
    package var alternatives: Int?
    /// `return_token_ids`.
    package var returnsTokenIDs = false
    /// Whether special tokens are left out of the texts: `skip_special_tokens`.
    package var skipsSpecialTokens = true

    package init() {}

    /// Takes what the table of a chat accepted, where `logprobs` is a switch and `top_logprobs` a count.
    init(chat fields: JSONObject) throws(APIError) {
        let count = fields["top_logprobs"]?.integer ?? 0
        let isAsked = fields["logprobs"]?.bool ?? false
        guard isAsked || count == 0 else {
            throw .invalidRequest(
                "'top_logprobs' is only allowed together with 'logprobs': true.",
                param: "top_logprobs",
                code: "invalid_value"
            )
        }
        alternatives = isAsked ? count : nil
        returnsTokenIDs = fields["return_token_ids"]?.bool ?? false
        skipsSpecialTokens = fields["skip_special_tokens"]?.bool ?? true
    }
}
