/// What is remembered of a request that came with an `Idempotency-Key`.
package struct IdempotencyRecord: Hashable, Sendable {
    /// How far the request is.
    package enum State: String, Sendable {
        case running
        /// Its answer is kept and repeated.
        case done
        /// The client left, the server died, or the answer was too large to keep: a repetition runs again, with the same
        /// seed, and pays only what exceeds `billed`.
        case aborted
    }

    package let account: String
    /// The SHA-256 digest of the key, in hexadecimal digits.
    package let keyDigest: String
    /// The digest of the request's body.
    package let bodyDigest: String
    /// The last attempt.
    package var requestID: String
    package let seed: UInt64
    package var state: State
    /// What all attempts together were billed.
    package var billed: TokenUsage
    package var response: StoredResponse?
    package var expiresAt: Milliseconds
}

/// An answer that is kept to be repeated.
package struct StoredResponse: Hashable, Sendable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]

    package init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
