/// A key of an account; what it looks like is known to its holder only.
package struct APIKey: Hashable, Sendable, Codable {
    /// `key_…`: names the key in lists, entries and commands.
    package let id: String
    package let account: String
    package var terms: KeyTerms
    package let createdAt: Milliseconds
    package var revokedAt: Milliseconds?
    /// The SHA-256 digest of the key, in hexadecimal digits.
    package var digest: String
    /// The digest before the last rotation, and until when it opens.
    package var previousDigest: String?
    package var previousUntil: Milliseconds?
    package var windows = UsageWindows()

    package init(id: String, account: String, terms: KeyTerms, digest: String, at time: Milliseconds) {
        self.id = id
        self.account = account
        self.terms = terms
        self.digest = digest
        createdAt = time
    }

    /// Why the key opens nothing at `now`; `nil` if it does.
    package func refusal(at now: Milliseconds) -> Refusal? {
        if revokedAt != nil { return .keyRevoked }
        if let expiresAt = terms.expiresAt, now >= expiresAt { return .keyExpired(at: expiresAt) }
        return nil
    }

    /// Whether a digest is the key's, or that of before a rotation whose grace still runs.
    ///
    /// Takes the same time wherever the digests differ.
    package func matches(digest other: String, at now: Milliseconds) -> Bool {
        if KeySecret.areEqual(digest, other) { return true }
        guard let previousDigest, let previousUntil, now < previousUntil else { return false }
        return KeySecret.areEqual(previousDigest, other)
    }
}
