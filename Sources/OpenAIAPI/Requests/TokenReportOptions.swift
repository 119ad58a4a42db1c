import OrderedJSON

/// What a request wants to be told of its tokens.
package struct TokenReportOptions: Sendable, Equatable {
    /// How many alternatives are told with each token's log-probability; `nil` tells none of it.
    package var alternatives: Int?
    /// The same for the tokens of the prompt: `prompt_logprobs`, or `logprobs` of a prompt that is echoed.
    package var promptAlternatives: Int?
    /// Whether the prompt's log-probabilities are told apart: `prompt_logprobs`.
    package var tellsPromptApart = false
    /// `return_token_ids`.
    package var returnsTokenIDs = false
    /// Whether special tokens are left out of the texts: `skip_special_tokens`.
    package var skipsSpecialTokens = true

    package init() {}

    /// Takes what a table accepted: in a chat `logprobs` is a switch and `top_logprobs` a count, in the older endpoint
    /// `logprobs` is the count.
    init(_ fields: JSONObject) throws(APIError) {
        let count = fields["top_logprobs"]?.integer ?? 0
        let isAsked = fields["logprobs"]?.bool ?? false
        guard isAsked || count == 0 else {
            throw .invalidRequest(
                "'top_logprobs' is only allowed together with 'logprobs': true.",
                param: "top_logprobs",
                code: "invalid_value"
            )
        }
        alternatives = isAsked ? count : fields["logprobs"]?.integer
        let own = fields["prompt_logprobs"]?.integer
        guard own == nil || fields["stream"] != true else {
            throw .invalidRequest(
                "'prompt_logprobs' cannot be streamed; leave out 'stream'.",
                param: "prompt_logprobs",
                code: "invalid_value"
            )
        }
        tellsPromptApart = own != nil
        let echoed = fields["echo"] == true ? alternatives : nil
        promptAlternatives = [own, echoed].compactMap { $0 }.max()
        returnsTokenIDs = fields["return_token_ids"]?.bool ?? false
        skipsSpecialTokens = fields["skip_special_tokens"]?.bool ?? true
    }
}
