/// What the statuses of errors mean here.
enum StatusText {
    static func of(_ status: Int) -> String {
        switch status {
        case 400: "The request cannot be carried out as it stands; the message says what to change"
        case 401: "The server needs a key, and this is none"
        case 402: "The account cannot pay for the worst case"
        case 403: "The key may not do this"
        case 404: "There is no such thing"
        case 409: "The first request with this idempotency key is still running"
        case 422: "The idempotency key was used with another body"
        case 429: "A limit of the key or its account"
        case 500: "The server failed"
        case 503: "The server is full, shutting down, or cannot reach its ledger"
        case 504: "The client's time was over before the answer was complete"
        default: "An error"
        }
    }
}
