extension APIError {
    /// The body `{"type":"error","error":{"type","message"}}`, as Anthropic's clients read it.
    package var messagesBody: [UInt8] {
        var bytes: [UInt8] = []
        bytes.json(#"{"type":"error","error":{"type":"#)
        bytes.json(string: messagesType)
        bytes.json(#","message":"#)
        bytes.json(string: message)
        bytes.json("}}")
        return bytes
    }

    private var messagesType: String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503: "overloaded_error"
        case 504: "timeout_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
