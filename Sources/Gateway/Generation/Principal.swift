/// For whom a request is answered.
struct Principal: Sendable, Equatable {
    /// Whose share of the machine it gets, whose prefixes it finds, and who pays.
    var account: String
    /// The key that the request came with; `nil` as long as the server has none.
    var key: String?
    /// The bound of a thought for requests of this key that name none; `nil` leaves it to the server.
    var maxThinkTokens: Int?
    /// Bounds every thought of this key from above.
    var maxThinkTokensCap: Int?
    /// The thinking tokens that are left to spend; `nil` is any number.
    var thinkingCredits: Int?

    /// For whom the server works as long as it has no keys.
    static let local = Principal(account: "local")

    /// Whether this is the same account and key.
    func isSame(as other: Principal) -> Bool { account == other.account && key == other.key }
}
