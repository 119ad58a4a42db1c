/// What a key opens.
package enum KeyScope: String, CaseIterable, Sendable, Codable {
    /// Requests of its account.
    case inference
    /// Those, and the administration of all accounts and keys.
    case admin
}
