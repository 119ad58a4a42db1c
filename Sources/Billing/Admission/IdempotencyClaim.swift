/// A claim to be the same request as an earlier one.
package struct IdempotencyClaim: Hashable, Sendable {
    /// What makes the request the same.
    package enum Origin: Hashable, Sendable {
        /// The client has a name for it.
        case key
        /// The client counts its attempts, and this is the first one: it is new, whatever came before.
        case firstAttempt
        /// It counts its attempts, and this is another one.
        case laterAttempt
    }

    package var origin: Origin
    package var keyDigest: String
    package var bodyDigest: String
    /// The seed if this is the first attempt; later ones get the first one's.
    package var seed: UInt64

    /// - Parameters:
    ///   - key: The value of `Idempotency-Key`.
    ///   - body: The body, byte by byte as it was sent; put the path before it if several endpoints share keys.
    ///   - seed: The seed to sample with.
    package init(key: String, body: [UInt8], seed: UInt64) {
        origin = .key
        keyDigest = KeySecret.digest(of: key)
        bodyDigest = KeySecret.digest(of: body)
        self.seed = seed
    }

    /// What a client claims that only counts its attempts: the same body with the same API key is the same request.
    ///
    /// - Parameters:
    ///   - attempt: 0 for the first.
    ///   - sender: Who sends it, if it is known by a key.
    ///   - body: As for a key.
    ///   - seed: As for a key.
    package init(attempt: Int, of sender: String?, body: [UInt8], seed: UInt64) {
        origin = attempt == 0 ? .firstAttempt : .laterAttempt
        bodyDigest = KeySecret.digest(of: body)
        // No header has a line break, so that this is the digest of no key.
        keyDigest = KeySecret.digest(of: "attempts\n\(sender ?? "")\n\(bodyDigest)")
        self.seed = seed
    }
}
