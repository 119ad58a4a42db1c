/// For whom a request is answered.
struct Principal: Sendable, Equatable {
    /// Whose share of the machine it gets, whose prefixes it finds, and who pays.
    var account: String

    /// For whom the server works as long as it has no keys.
    static let local = Principal(account: "local")
}
