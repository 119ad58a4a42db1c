package import Grammar

/// How the next token is drawn.
///
/// Temperature, `topK`, `topP` and `minP` shape every token; penalties, biases, allowed
/// tokens and forbidden texts only those of the answer.
package struct SamplingParameters: Sendable, Equatable {
    /// 0 takes the likeliest token.
    package var temperature: Double
    /// The smallest set of likeliest tokens whose mass reaches this is kept; 1 keeps all.
    package var topP: Double
    /// This many likeliest tokens are kept; 0 keeps all.
    package var topK: Int
    /// Tokens less likely than this part of the likeliest one are dropped; 0 keeps all.
    package var minP: Double
    /// Equal seeds, prompts and parameters give equal tokens.
    package var seed: UInt64
    /// What every logit of a token that the answer has already is lowered by.
    package var presencePenalty: Float = 0
    /// The same for each time that the answer has the token.
    package var frequencyPenalty: Float = 0
    /// What positive logits of tokens in prompt or completion are divided by, and negative ones multiplied.
    package var repetitionPenalty: Float = 1
    /// What is added to logits.
    package var logitBias: [Int32: Float] = [:]
    /// The only tokens that may be drawn; `nil` allows all.
    package var allowedTokens: TokenMask?
    /// Texts that the answer may not have; none is empty.
    package var forbiddenTexts: [String] = []

    package init(
        temperature: Double = 1,
        topP: Double = 1,
        topK: Int = 0,
        minP: Double = 0,
        seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.minP = minP
        self.seed = seed
    }

    /// The parameters of one of n choices: the first has the request's own seed.
    package func forChoice(_ index: Int) -> SamplingParameters {
        var copy = self
        if index > 0 { copy.seed = CounterRandom.mix(seed ^ CounterRandom.mix(UInt64(index))) }
        return copy
    }
}
