import Engine
import Grammar
import OpenAIAPI

/// Turns what a request says of its tokens into what the engine does, with the server's defaults.
struct GenerationRules {
    let settings: GatewaySettings
    let vocabularySize: Int

    /// Without a seed of its own a request draws one; it is not reported, since it could not be given back exactly.
    func sampling(_ options: SamplingOptions) throws(APIError) -> SamplingParameters {
        var sampling = SamplingParameters(
            temperature: options.temperature ?? settings.temperature,
            topP: options.topP ?? settings.topP,
            topK: options.topK ?? 0,
            minP: options.minP ?? 0,
            seed: options.seed.map { UInt64(bitPattern: $0) } ?? UInt64.random(in: 0 ... .max)
        )
        sampling.presencePenalty = Float(options.presencePenalty ?? 0)
        sampling.frequencyPenalty = Float(options.frequencyPenalty ?? 0)
        sampling.repetitionPenalty = Float(options.repetitionPenalty ?? 1)
        sampling.forbiddenTexts = options.forbiddenTexts
        for (token, bias) in options.logitBias {
            sampling.logitBias[try known(token, "logit_bias")] = Float(bias)
        }
        if !options.allowedTokens.isEmpty {
            let tokens = try known(options.allowedTokens, "allowed_token_ids")
            sampling.allowedTokens = TokenMask(tokens, tokenCount: vocabularySize)
        }
        return sampling
    }

    func ending(_ options: GenerationOptions) throws(APIError) -> EndingRules {
        var rules = EndingRules(strings: options.stop)
        rules.includesString = options.ending.includesStopString
        rules.tokens = Set(try known(options.ending.stopTokens, "stop_token_ids"))
        rules.ignoresModelStops = options.ending.ignoresModelStops
        rules.minTokens = options.ending.minTokens
        rules.repetition = options.ending.repetition.map { RepetitionRule(sizes: $0.sizes, count: $0.count) }
        return rules
    }

    func reports(_ options: TokenReportOptions) -> ReportOptions {
        var reports = ReportOptions()
        reports.reportsTokens = options.returnsTokenIDs
        reports.alternatives = options.alternatives
        reports.promptAlternatives = options.promptAlternatives
        reports.showsSpecialTokens = !options.skipsSpecialTokens
        return reports
    }

    /// What a bound answer cannot be combined with.
    func checkConstrained(_ options: GenerationOptions) throws(APIError) {
        let others = [
            ("allowed_token_ids", options.sampling.allowedTokens.isEmpty),
            ("bad_words", options.sampling.forbiddenTexts.isEmpty),
        ]
        for (name, isAbsent) in others where !isAbsent {
            throw .invalidRequest(
                "'\(name)' cannot be combined with a form of the answer or of its calls; leave it out.",
                param: name,
                code: "invalid_value"
            )
        }
        let closing = (options.thinking.closingText ?? "").split(
            separator: "</think>",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard closing.count < 2 || closing[1].allSatisfy(\.isWhitespace) else {
            throw .invalidRequest(
                "'think_close_text' may have no text behind </think> where the form of the answer or of its calls is given.",
                param: "think_close_text",
                code: "invalid_value"
            )
        }
    }

    private func known(_ tokens: [Int], _ field: String) throws(APIError) -> [Int32] {
        var result: [Int32] = []
        for token in tokens { result.append(try known(token, field)) }
        return result
    }

    private func known(_ token: Int, _ field: String) throws(APIError) -> Int32 {
        guard token < vocabularySize else {
            throw .invalidRequest(
                "'\(field)' names the token \(token), but the model's tokens end at \(vocabularySize - 1).",
                param: field,
                code: "invalid_value"
            )
        }
        return Int32(token)
    }
}
