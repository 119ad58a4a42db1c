/// Why a request gets no hold. Nothing was written and nothing spent.
package enum Refusal: Hashable, Sendable {
    /// The account cannot pay the worst case; `held` of its money is set aside for running requests.
    case insufficientFunds(needed: PicoUSD, spendable: PicoUSD, held: PicoUSD)
    case limitExceeded(LimitExcess)
    /// The model has no price and the account pays.
    case noPrice(model: String)
    case keyExpired(at: Milliseconds)
    case keyRevoked
    case keyUnknown
    case accountClosed(String)
    case accountUnknown(String)
    /// The first request with this idempotency key is still running.
    case stillRunning(requestID: String)
    /// Another attempt may have been billed, and the server that keeps these books does not know how much.
    case attemptUnknown
    /// The idempotency key was used for another body.
    case bodyDiffers
}

/// A limit that a request would pass.
package struct LimitExcess: Hashable, Sendable {
    /// What is limited.
    package enum Limit: String, Sendable {
        case requestsPerMinute = "requests_per_minute"
        case tokensPerMinute = "tokens_per_minute"
        case thinkingTokensPerMinute = "thinking_tokens_per_minute"
        case parallelRequests = "parallel_requests"
        case perDay = "per_day"
        case perMonth = "per_month"
    }

    /// Whose limit it is.
    package enum Subject: String, Sendable {
        case account
        case key
    }

    package var limit: Limit
    package var subject: Subject
    /// The limit in its unit: requests, tokens or picodollars.
    package var allowed: Int
    package var used: Int
    package var requested: Int
    /// When trying again can help; `nil` if the request is larger than the limit itself, or waits for running ones.
    package var retryAfter: Milliseconds?
}
