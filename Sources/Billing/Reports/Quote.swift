/// What a request would cost at most, and what requests like it have cost this account.
package struct Quote: Hashable, Sendable {
    /// Tokens and their price.
    package struct Estimate: Hashable, Sendable {
        /// Over all choices.
        package var thinkingTokens: Int
        /// Over all choices.
        package var answerTokens: Int
        /// `nil` without prices.
        package var cost: PicoUSD?
    }

    /// What history says.
    package struct Expectation: Hashable, Sendable {
        package var median: Estimate
        package var p90: Estimate
        /// On how many earlier requests it rests.
        package var requests: Int
    }

    /// The terms that a hold would have now.
    package var terms: HoldTerms
    /// Exactly the hold.
    package var worstCase: Estimate
    /// `nil` for an account that has not had an answer of this model.
    package var expected: Expectation?
}
