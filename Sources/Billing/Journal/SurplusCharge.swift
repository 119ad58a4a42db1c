/// The charge for thinking that was owed to future earnings and is not waited for any longer.
package struct SurplusCharge: Hashable, Sendable, Codable {
    /// Why it is charged.
    package enum Reason: String, Sendable, Codable {
        /// The month ended.
        case period
        /// The account left unlimited mode.
        case mode
        /// The account was closed.
        case close
    }

    package var reason: Reason
    package var tokens: Int
    package var price: PicoUSD
    package var amount: PicoUSD
    /// Up to when earnings had paid it back, and the moment whose month is billed.
    package var asOf: Milliseconds

    private enum CodingKeys: String, CodingKey {
        case reason
        case tokens
        case price
        case amount
        case asOf = "as_of"
    }
}
