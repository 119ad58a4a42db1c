/// The declared fields that say how tokens are drawn, what ends them and what is told of them.
enum SamplingParameterTable {
    /// The most tokens that a field may name one by one.
    static let maxNamedTokens = 1024
    /// The most texts that an answer may be forbidden.
    static let maxBadWords = 256
    /// The most alternatives that are told of a token, as OpenAI has it.
    static let maxAlternatives: Int64 = 20

    /// As chat completions have them.
    static let chat =
        common + [
            .built("logprobs", .boolean), .built("top_logprobs", .integer(0...maxAlternatives)),
        ]

    /// Those that all endpoints share.
    static let common: [Parameter] = [
        .built("temperature", .number(.from(0, to: 2))),
        .built("top_p", .number(.above(0, to: 1))),
        .built("top_k", .integer(-1...ChatParameters.maxTokenCount, note: "0 and -1 keep every token")),
        .built("min_p", .number(.from(0, to: 1))),
        .built("seed", .integer(Int64.min...Int64.max)),
        .built("presence_penalty", .number(.from(-2, to: 2))),
        .built("frequency_penalty", .number(.from(-2, to: 2))),
        .built("repetition_penalty", .number(.above(0, to: 10))),
        .built("logit_bias", .tokenMap(.number(.from(-100, to: 100)), atMost: maxNamedTokens)),
        .built("allowed_token_ids", .list(tokenID)),
        .built("bad_words", .list(.string(bytes: 1...256), count: 0...maxBadWords)),
        .built("min_tokens", .integer(0...ChatParameters.maxTokenCount)),
        .built("ignore_eos", .boolean),
        .built("stop_token_ids", .list(tokenID, count: 0...maxNamedTokens)),
        .built("include_stop_str_in_output", .boolean),
        .built("repetition_detection", .group(RepetitionOptions.table)),
        .built("skip_special_tokens", .boolean),
        .built("return_token_ids", .boolean),
        .built("prompt_logprobs", .integer(0...maxAlternatives)),
    ]

    private static let tokenID = ParameterKind.integer(0...ChatParameters.maxTokenCount)
}
