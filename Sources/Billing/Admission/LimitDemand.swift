/// What is asked of the limits at once.
struct LimitDemand {
    var requests = 0
    var tokens = 0
    var thinkingTokens = 0
    var amount = PicoUSD.zero
}

extension LimitDemand {
    /// What a new hold asks for: everything at its bound.
    init(_ terms: HoldTerms) {
        requests = 1
        tokens = terms.tokenBound
        thinkingTokens = terms.choices * terms.thinkingBound
        amount = terms.amount ?? .zero
    }

    /// What longer thoughts ask for beyond the hold.
    init(from old: HoldTerms, to new: HoldTerms) throws(MoneyOverflow) {
        thinkingTokens = new.choices * (new.thinkingBound - old.thinkingBound)
        amount = try (new.amount ?? .zero).subtracting(old.amount ?? .zero)
    }
}
