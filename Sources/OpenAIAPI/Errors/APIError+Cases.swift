package import OrderedJSON

extension APIError {
    /// 400: the request cannot be carried out as it stands.
    package static func invalidRequest(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(status: 400, type: .invalidRequest, code: code, param: param, message: message)
    }

    /// 400: the body is not JSON.
    package static func invalidJSON(_ fault: JSONParseError) -> APIError {
        .invalidRequest("The body is not valid JSON: \(fault).", code: "invalid_json")
    }

    /// 400: a field that must be there is missing or null.
    package static func missingParameter(_ name: String) -> APIError {
        .invalidRequest("'\(name)' is required.", param: name, code: "missing_required_parameter")
    }

    /// 400: the endpoint takes no such parameter in its URL.
    package static func unknownQueryParameter(_ name: String) -> APIError {
        .invalidRequest(
            "The parameter \(Quotation.of(.string(name))) is unknown here.",
            param: name,
            code: "unknown_parameter"
        )
    }

    /// 400: prompt and completion do not fit into the model's context.
    ///
    /// `completionTokens` is what the completion asks for or needs at least, `limit` the length of the context.
    /// Client libraries tell this error from others by phrases of the message: LiteLLM by OpenAI's beginning,
    /// LangChain by the code's name in the text.
    package static func contextLengthExceeded(promptTokens: Int, completionTokens: Int, limit: Int) -> APIError {
        .invalidRequest(
            "This model's maximum context length is \(limit) tokens, but the prompt has \(promptTokens) and the completion "
                + "asks for \(completionTokens) more. Shorten the messages or lower 'max_completion_tokens' "
                + "(context_length_exceeded).",
            param: "messages",
            code: "context_length_exceeded"
        )
    }

    /// 400: the request needs more memory than the server has in all, so waiting does not help.
    package static func exceedsCapacity(neededTokens: Int, availableTokens: Int) -> APIError {
        .invalidRequest(
            "This request needs memory for \(neededTokens) tokens, and this server has room for \(availableTokens). "
                + "Shorten the messages, lower 'max_completion_tokens' or ask for fewer choices.",
            param: "messages",
            code: "capacity_exceeded"
        )
    }

    /// 404: the request names a model that this server does not serve.
    package static func modelNotFound(_ name: String, served: String) -> APIError {
        let quoted = Quotation.of(.string(name))
        return APIError(
            status: 404,
            type: .invalidRequest,
            code: "model_not_found",
            param: "model",
            message: "The model \(quoted) does not exist here; this server serves '\(served)'."
        )
    }

    /// 404: nothing has this name.
    package static func notFound(_ what: String, _ name: String) -> APIError {
        APIError(
            status: 404,
            type: .invalidRequest,
            code: "not_found",
            message: "There is no \(what) \(Quotation.of(.string(name)))."
        )
    }

    /// 409: the state of things does not allow it.
    package static func conflict(_ message: String, code: String) -> APIError {
        APIError(status: 409, type: .invalidRequest, code: code, message: message, shouldRetry: false)
    }

    /// 404: no request of this key with that id is being answered.
    package static func requestNotFound(_ id: String) -> APIError {
        APIError(
            status: 404,
            type: .invalidRequest,
            code: "request_not_found",
            param: "id",
            message: "No request with the id \(Quotation.of(.string(id))) is running: it has ended, or never was."
        )
    }

    /// 404: there is no such response, any more or for this account.
    package static func responseNotFound(_ id: String, param: String? = nil) -> APIError {
        let quoted = Quotation.of(.string(id))
        return APIError(
            status: 404,
            type: .invalidRequest,
            code: "response_not_found",
            param: param,
            message: "There is no response \(quoted) here; only the latest are kept, until the server stops."
        )
    }

    /// 404: no endpoint has this path.
    package static func routeNotFound(method: String, path: String) -> APIError {
        APIError(
            status: 404,
            type: .invalidRequest,
            code: "unknown_url",
            message: "There is no endpoint \(method) \(Quotation.cut(path, to: 200))."
        )
    }

    /// 405: the endpoint exists, for other methods.
    package static func methodNotAllowed(method: String, path: String, allowed: [String]) -> APIError {
        APIError(
            status: 405,
            type: .invalidRequest,
            code: "method_not_allowed",
            message: "\(Quotation.cut(path, to: 200)) answers \(allowed.joined(separator: ", ")), not \(method)."
        )
    }

    /// 503: the queue is full.
    package static func overloaded(queueLimit: Int, retryAfterSeconds: Int) -> APIError {
        APIError(
            status: 503,
            type: .server,
            code: "server_overloaded",
            message: "The server is busy: \(queueLimit) requests are waiting already. Try again later.",
            retryAfterSeconds: retryAfterSeconds,
            shouldRetry: true
        )
    }

    /// 503: the prompts in the queue are too long together.
    package static func overloaded(queuedTokensLimit: Int, retryAfterSeconds: Int) -> APIError {
        APIError(
            status: 503,
            type: .server,
            code: "server_overloaded",
            message:
                "The server is busy: with this prompt, more than \(queuedTokensLimit) tokens would be waiting. Try "
                + "again later.",
            retryAfterSeconds: retryAfterSeconds,
            shouldRetry: true
        )
    }

    /// 503: the server is going down and takes no new requests.
    package static func draining(retryAfterSeconds: Int) -> APIError {
        APIError(
            status: 503,
            type: .server,
            code: "server_draining",
            message: "The server is shutting down and takes no new requests. Try again later.",
            retryAfterSeconds: retryAfterSeconds,
            shouldRetry: true
        )
    }

    /// 503: the request ended early because the server went down; sent as an event when a stream has begun.
    package static let interrupted = APIError(
        status: 503,
        type: .server,
        code: "server_shutting_down",
        message: "The server shut down before this request was complete. Try again.",
        shouldRetry: true
    )

    /// 504: the client's own time limit passed before the answer was complete.
    package static let deadlineExceeded = APIError(
        status: 504,
        type: .server,
        code: "deadline_exceeded",
        message: "The answer was not complete within the time that the client allows for it. Allow more time, lower "
            + "'max_completion_tokens', or use 'stream': true.",
        shouldRetry: false
    )

    /// 503: the answer cannot even begin within the client's time limit, so nothing was computed.
    ///
    /// With `isAlone` the request's own prompt takes too long, so that trying again does not help.
    package static func deadlineUnreachable(neededSeconds: Double, isAlone: Bool) -> APIError {
        let seconds = Int(neededSeconds.rounded(.up))
        return APIError(
            status: 503,
            type: .server,
            code: "deadline_unreachable",
            message: "Reading this prompt" + (isAlone ? "" : " and those before it")
                + " takes about \(seconds) seconds, which is more than the client waits. Allow more time or "
                + (isAlone ? "shorten the messages." : "try again later."),
            retryAfterSeconds: isAlone ? nil : max(1, seconds / 2),
            shouldRetry: !isAlone
        )
    }

    /// 500: something broke on our side. What it was stands in the server's log, not here.
    package static let internalFailure = APIError(
        status: 500,
        type: .server,
        code: "internal_error",
        message: "The server failed while it worked on this request. Its log says why, under this request's id."
    )
}
