/// How a server's own books tell apart the claims of clients that name a request and of those that count attempts only.
enum AttemptDigest {
    private static let prefix = "attempt:"

    /// The claim as the books keep it.
    static func marked(_ claim: IdempotencyClaim) -> IdempotencyClaim {
        guard claim.origin != .key else { return claim }
        var marked = claim
        marked.keyDigest = prefix + claim.keyDigest
        return marked
    }

    /// The digest without the mark, and whether it had one.
    static func unmarked(_ digest: String) -> (digest: String, isAttempt: Bool) {
        digest.hasPrefix(prefix) ? (String(digest.dropFirst(prefix.count)), true) : (digest, false)
    }
}
