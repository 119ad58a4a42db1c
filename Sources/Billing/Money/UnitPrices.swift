/// What one token of each kind costs, and the version of the price book that says so.
///
/// A hold keeps them, so that its request can be billed and checked for ever, whatever later books say.
package struct UnitPrices: Hashable, Sendable, Codable {
    /// The version of the price book.
    package var version: String
    /// A prompt token that has to be computed.
    package var prompt: PicoUSD
    /// A prompt token whose state was remembered.
    package var cachedPrompt: PicoUSD
    /// A token that is sampled inside a thought.
    package var thinking: PicoUSD
    /// A token that is sampled outside of thoughts.
    package var answer: PicoUSD
    /// What a thinking token costs on top when it is charged as surplus of an unlimited credit plan.
    package var surplusThinking: PicoUSD

    package init(
        version: String,
        prompt: PicoUSD,
        cachedPrompt: PicoUSD,
        thinking: PicoUSD,
        answer: PicoUSD,
        surplusThinking: PicoUSD
    ) {
        self.version = version
        self.prompt = prompt
        self.cachedPrompt = cachedPrompt
        self.thinking = thinking
        self.answer = answer
        self.surplusThinking = surplusThinking
    }

    private enum CodingKeys: String, CodingKey {
        case version
        case prompt
        case cachedPrompt = "cached_prompt"
        case thinking
        case answer
        case surplusThinking = "surplus_thinking"
    }

    /// What the tokens cost; forced ones are free.
    ///
    /// - Parameters:
    ///   - usage: The tokens.
    ///   - surplusTokens: How many of the thinking tokens are charged as surplus.
    /// - Returns: The parts of the price.
    /// - Throws: `MoneyOverflow` if it is beyond all money.
    package func cost(of usage: TokenUsage, surplusTokens: Int = 0) throws(MoneyOverflow) -> Cost {
        Cost(
            prompt: try prompt.times(usage.prompt - usage.cachedPrompt),
            cachedPrompt: try cachedPrompt.times(usage.cachedPrompt),
            thinking: try thinking.times(usage.thinking),
            answer: try answer.times(usage.answer),
            surplusThinking: try surplusThinking.times(surplusTokens)
        )
    }
}
