import OrderedJSON

/// How a request wants its tokens drawn; `nil` leaves it to the server's default.
package struct SamplingOptions: Sendable, Equatable {
    /// 0 to 2; 0 takes the likeliest token.
    package var temperature: Double?
    /// Above 0, at most 1.
    package var topP: Double?
    /// How many of the likeliest tokens are kept; 0 keeps all, as a `top_k` of -1 does.
    package var topK: Int?
    /// 0 to 1; 0 keeps all.
    package var minP: Double?
    /// Any 64-bit integer.
    package var seed: Int64?
    /// -2 to 2; 0 has no effect.
    package var presencePenalty: Double?
    package var frequencyPenalty: Double?
    /// Above 0; 1 has no effect.
    package var repetitionPenalty: Double?
    /// What is added to the logits of tokens, by id, -100 to 100.
    package var logitBias: [Int: Double] = [:]
    /// The only tokens an answer may have; none allows all.
    package var allowedTokens: [Int] = []
    /// `bad_words`: texts that an answer may not have.
    package var forbiddenTexts: [String] = []

    package init() {}

    /// Takes what a table accepted.
    init(_ fields: JSONObject) {
        temperature = fields["temperature"]?.number
        topP = fields["top_p"]?.number
        topK = fields["top_k"]?.integer.map { max($0, 0) }
        minP = fields["min_p"]?.number
        seed = fields["seed"]?.integer.map(Int64.init)
        presencePenalty = fields["presence_penalty"]?.number
        frequencyPenalty = fields["frequency_penalty"]?.number
        repetitionPenalty = fields["repetition_penalty"]?.number
        allowedTokens = fields["allowed_token_ids"]?.array?.compactMap(\.integer) ?? []
        forbiddenTexts = fields["bad_words"]?.array?.compactMap(\.string) ?? []
        for (token, bias) in fields["logit_bias"]?.object ?? JSONObject() {
            if let token = Int(token) { logitBias[token] = bias.number }
        }
    }
}
