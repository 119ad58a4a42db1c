package import HTTPTypes

/// Answers one request.
///
/// Called on the queue of the connection's event loop: it must return quickly, and may keep the writer and answer
/// later from any thread. A writer that is dropped without an answer gives 500.
package typealias HTTPHandler = @Sendable (ServerRequest, ResponseWriter) -> Void

/// A method and a path with the handler that serves them.
package struct Route: Sendable {
    /// The method; a GET route serves HEAD too.
    package let method: HTTPRequest.Method

    /// The path: literal, like `/v1/models`, or with one parameter, like `/v1/models/{id}` or `/v1/responses/{id}/cancel`.
    package let pattern: String

    /// Fields that every response of this route carries, unless the handler sets them.
    package let headers: HTTPFields

    /// What serves the requests.
    package let handler: HTTPHandler

    /// Creates a route.
    ///
    /// - Precondition: The pattern begins with a slash, and braces are only around one whole segment.
    package init(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        headers: HTTPFields = [:],
        handler: @escaping HTTPHandler
    ) {
        precondition(pattern.hasPrefix("/"), "the pattern '\(pattern)' must begin with a slash")
        let braces = pattern.utf8.filter { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }.count
        precondition(
            braces == 0 || (braces == 2 && Self.parameterPlace(in: pattern) != nil),
            "only one whole segment of '\(pattern)' can be a parameter"
        )
        self.method = method
        self.pattern = pattern
        self.headers = headers
        self.handler = handler
    }

    /// The parts of a pattern before its parameter, with the slash, and behind it; nil for a literal pattern.
    static func parameterPlace(in pattern: String) -> (prefix: String, suffix: String)? {
        guard let open = pattern.firstIndex(of: "{"), let close = pattern.firstIndex(of: "}"), open < close else {
            return nil
        }
        let (prefix, suffix) = (pattern[..<open], pattern[pattern.index(after: close)...])
        guard prefix.hasSuffix("/"), suffix.isEmpty || suffix.hasPrefix("/") else { return nil }
        return (String(prefix), String(suffix))
    }
}
