import OrderedJSON

/// Errors about who asks, what they may do, and what they can pay.
extension APIError {
    /// 401: the server needs a key and the request has none.
    package static let keyMissing = APIError(
        status: 401,
        type: .authentication,
        code: "missing_api_key",
        message: "This server needs an API key. Send the header 'Authorization: Bearer KEY'."
    )

    /// 401: the key opens nothing. It is not quoted, and whether it ever did is not told.
    package static let keyInvalid = APIError(
        status: 401,
        type: .authentication,
        code: "invalid_api_key",
        message: "The API key is not valid here. Check it, or ask the server's operator for a new one."
    )

    /// 401: the key's time is over.
    package static func keyEnded(_ how: String) -> APIError {
        APIError(
            status: 401,
            type: .authentication,
            code: "invalid_api_key",
            message: "The API key \(how). Ask the server's operator for a new one."
        )
    }

    /// 403: only keys of the scope `admin` may do this.
    package static let notAdministrator = APIError(
        status: 403,
        type: .permission,
        code: "insufficient_permissions",
        message: "This needs a key of the scope 'admin'. 'actuary key create --scope admin' makes one."
    )

    /// 403: the account does nothing any more.
    package static let accountClosed = APIError(
        status: 403,
        type: .permission,
        code: "account_closed",
        message: "The account of this API key is closed."
    )

    /// 402: the worst case costs more than is left. With `isHeld`, money of running requests may come back.
    package static func insufficientFunds(needed: String, spendable: String, isHeld: Bool) -> APIError {
        APIError(
            status: 402,
            type: .quota,
            code: "insufficient_funds",
            message: "This request may cost up to $\(needed), and the account can spend $\(spendable). Lower "
                + "'max_completion_tokens' or 'max_think_tokens', or add money"
                + (isHeld ? "; running requests may give some back." : "."),
            retryAfterSeconds: isHeld ? 1 : nil,
            shouldRetry: isHeld
        )
    }

    /// 402: nobody knows what the model costs, and the account pays.
    package static func noPrice(_ model: String) -> APIError {
        APIError(
            status: 402,
            type: .quota,
            code: "no_price",
            message:
                "This server has no price for the model \(Quotation.of(.string(model))), so a paying account cannot use it.",
            shouldRetry: false
        )
    }

    /// 429: a limit of the key or its account. Without `retryAfterSeconds` the request alone is larger than the limit.
    package static func limitExceeded(_ limit: String, _ numbers: String, retryAfterSeconds: Int?) -> APIError {
        APIError(
            status: 429,
            type: .rateLimit,
            code: "rate_limit_exceeded",
            message: "This request would pass the limit of \(limit): \(numbers). "
                + (retryAfterSeconds == nil ? "Lower what it asks for." : "Try again later."),
            retryAfterSeconds: retryAfterSeconds,
            // Client libraries wait for seconds, not for tomorrow.
            shouldRetry: retryAfterSeconds.map { $0 <= 60 } ?? false
        )
    }

    /// 409: the first request with this idempotency key has not ended.
    package static let stillRunning = APIError(
        status: 409,
        type: .invalidRequest,
        code: "idempotency_key_in_use",
        message: "A request with this Idempotency-Key is still running. Try again later.",
        retryAfterSeconds: 1,
        shouldRetry: true
    )

    /// 422: the idempotency key was used with another body.
    package static let idempotencyBodyDiffers = APIError(
        status: 422,
        type: .invalidRequest,
        code: "idempotency_key_reused",
        message: "This Idempotency-Key was used with another body. Use a new key for a new request.",
        shouldRetry: false
    )

    /// 400: the header is no usable key.
    package static let idempotencyKeyInvalid = APIError(
        status: 400,
        type: .invalidRequest,
        code: "invalid_value",
        param: "Idempotency-Key",
        message: "The header 'Idempotency-Key' must have 1 to 255 characters."
    )

    /// 503: the ledger cannot be written or read, so that nothing may run.
    package static let ledgerUnavailable = APIError(
        status: 503,
        type: .server,
        code: "ledger_unavailable",
        message: "The server cannot reach its ledger and runs nothing that it cannot bill. Try again later.",
        retryAfterSeconds: 1,
        shouldRetry: true
    )
}
