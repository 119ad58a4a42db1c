/// How an open hold ends: pure rules.
extension OpenHold {
    /// What a request that took `usage` is billed.
    ///
    /// - Parameter usage: What this attempt took.
    /// - Returns: The settlement, without what engine and client say.
    /// - Throws: `LedgerError.exceedsHold` if the hold does not allow it.
    package func settlement(of usage: TokenUsage) throws(LedgerError) -> Settlement {
        guard usage.isPlausible, usage.prompt <= terms.promptTokens,
            usage.thinking <= terms.choices * terms.thinkingBound,
            usage.completion <= terms.choices * terms.completionBound
        else { throw .exceedsHold(requestID) }
        let billed = terms.earlier.map { usage.excess(over: $0) } ?? usage
        var surplusTokens = 0
        if let reservation = terms.credits {
            surplusTokens = reservation.spending(tokens: billed.thinking).chargedTokens
        }
        let amount = try LedgerError.checking { () throws(MoneyOverflow) in
            try terms.prices?.cost(of: billed, surplusTokens: surplusTokens).total()
        }
        guard amount ?? .zero <= terms.amount ?? .zero else { throw .exceedsHold(requestID) }
        return Settlement(
            model: terms.model,
            choices: terms.choices,
            begunAt: begunAt,
            usage: usage,
            billed: billed,
            surplusTokens: surplusTokens,
            amount: amount,
            priceVersion: terms.prices?.version,
            engine: nil,
            reported: nil,
            isAborted: false,
            instance: terms.instance
        )
    }
}
