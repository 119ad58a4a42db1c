extension Quote {
    /// A quote from the terms of a hold and what earlier requests took.
    ///
    /// Median and 90th percentile are taken of thoughts and answers each for itself, for one choice, and bounded as the
    /// request is.
    ///
    /// - Parameters:
    ///   - terms: What the hold would say.
    ///   - cachedTokens: Prompt tokens that would not be computed again.
    ///   - history: Ends of the account's requests.
    /// - Throws: `MoneyOverflow` if amounts are beyond all money.
    init(terms: HoldTerms, cachedTokens: Int, history: [Settlement]) throws(MoneyOverflow) {
        self.terms = terms
        let worst = terms.worstCase
        worstCase = Estimate(thinkingTokens: worst.thinking, answerTokens: worst.answer, cost: terms.amount)
        let like = history.filter { $0.model == terms.model && !$0.isAborted && $0.choices > 0 }
        guard !like.isEmpty else { return }
        let thoughts = like.map { $0.usage.thinking / $0.choices }.sorted()
        let answers = like.map { $0.usage.answer / $0.choices }.sorted()
        func estimate(_ part: Int) throws(MoneyOverflow) -> Estimate {
            // The smallest number that at least `part` percent do not pass.
            let index = (like.count * part + 99) / 100 - 1
            let thinking = min(thoughts[index], terms.thinkingBound)
            let usage = TokenUsage(
                prompt: terms.promptTokens,
                cachedPrompt: min(cachedTokens, terms.promptTokens),
                thinking: thinking * terms.choices,
                answer: min(answers[index], terms.completionBound - thinking) * terms.choices
            )
            return Estimate(
                thinkingTokens: usage.thinking,
                answerTokens: usage.answer,
                cost: try terms.prices?.cost(of: usage).total()
            )
        }
        expected = Expectation(median: try estimate(50), p90: try estimate(90), requests: like.count)
    }
}
