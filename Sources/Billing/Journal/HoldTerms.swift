/// What a request may take at most, as its hold reserves it.
package struct HoldTerms: Hashable, Sendable, Codable {
    package var model: String
    /// The prices of the request; `nil` if there are none, and then it costs `null`.
    package var prices: UnitPrices?
    package var promptTokens: Int
    package var choices: Int
    /// Thinking tokens of each choice, at most: what was asked for, as far as credits and limits allow.
    package var thinkingBound: Int
    /// Thinking, answer and forced tokens of each choice, at most.
    package var completionBound: Int
    /// What earlier attempts of the same request were billed; only what exceeds it costs.
    package var earlier: TokenUsage?
    /// The thinking credits that were set aside.
    package var credits: CreditReservation?
    /// The worst case; `nil` without prices.
    package var amount: PicoUSD?
    /// The run of the server that does the work.
    package var instance: String
    /// The lease that pays, if the run was cut off from the ledger; `nil` else.
    package var lease: LeaseReference?
    /// Whether the client counts its attempts, and where the first one was made is not known: at a server that is cut off,
    /// perhaps, which will tell.
    package var followsUnknown: Bool?

    private enum CodingKeys: String, CodingKey {
        case model
        case prices
        case promptTokens = "prompt_tokens"
        case choices
        case thinkingBound = "thinking_bound"
        case completionBound = "completion_bound"
        case earlier
        case credits
        case amount
        case instance
        case lease
        case followsUnknown = "follows_unknown"
    }

    /// The dearest way in which the request can go.
    package var worstCase: TokenUsage {
        let thinksDear = prices.map { $0.thinking >= $0.answer } ?? true
        let thinking = thinksDear ? min(thinkingBound, completionBound) : 0
        return TokenUsage(
            prompt: promptTokens,
            thinking: choices * thinking,
            answer: choices * (completionBound - thinking)
        )
    }

    /// Whether only the thinking bound, and what follows from it, differ.
    package func isOtherwise(equalTo other: HoldTerms) -> Bool {
        var same = self
        same.thinkingBound = other.thinkingBound
        same.credits = other.credits
        same.amount = other.amount
        return same == other
    }

    /// The prompt tokens and the longest completions, which per-minute limits count.
    package var tokenBound: Int { promptTokens + choices * completionBound }

    /// What the worst case costs, the surplus of thinking credits included; `nil` without prices.
    ///
    /// - Throws: `MoneyOverflow` if it is beyond all money.
    package func worstCost() throws(MoneyOverflow) -> Cost? {
        guard var prices else { return nil }
        // A book may, against all custom, ask more for remembered tokens.
        prices.prompt = max(prices.prompt, prices.cachedPrompt)
        return try prices.cost(of: worstCase, surplusTokens: credits?.chargedTokens ?? 0)
    }
}
