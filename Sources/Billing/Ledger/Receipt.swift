/// What the end of a request came to.
package struct Receipt: Hashable, Sendable {
    package let requestID: String
    /// What was billed.
    package let billed: TokenUsage
    /// The parts of the price; `nil` without prices.
    package let cost: Cost?
    /// Their sum; `nil` without prices.
    package let amount: PicoUSD?
    /// The thinking credits afterwards; `nil` thinks without credits.
    package let credits: CreditReport?
    /// False if the store failed for the moment: the ledger keeps the entry in memory and repeats until it is written.
    package var isDurable: Bool
}
