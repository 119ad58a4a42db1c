/// The price of a request in its parts.
package struct Cost: Hashable, Sendable {
    package var prompt: PicoUSD
    package var cachedPrompt: PicoUSD
    package var thinking: PicoUSD
    package var answer: PicoUSD
    package var surplusThinking: PicoUSD

    package init(
        prompt: PicoUSD = .zero,
        cachedPrompt: PicoUSD = .zero,
        thinking: PicoUSD = .zero,
        answer: PicoUSD = .zero,
        surplusThinking: PicoUSD = .zero
    ) {
        self.prompt = prompt
        self.cachedPrompt = cachedPrompt
        self.thinking = thinking
        self.answer = answer
        self.surplusThinking = surplusThinking
    }

    /// The sum of the parts.
    ///
    /// - Throws: `MoneyOverflow` if it is out of range.
    package func total() throws(MoneyOverflow) -> PicoUSD {
        try prompt.adding(cachedPrompt).adding(thinking).adding(answer).adding(surplusThinking)
    }
}
