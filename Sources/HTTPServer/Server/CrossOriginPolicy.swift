import HTTPTypes

/// Which pages of other origins may call the server from a browser (WHATWG Fetch, "CORS protocol").
///
/// Credentials are never allowed with it: cookies mean nothing here, and keys are sent by the page itself.
package struct CrossOriginPolicy: Sendable, Equatable {
    private let allowedOrigins: Set<String>
    private let allowsAll: Bool

    /// Creates a policy.
    ///
    /// - Parameter allowedOrigins: Origins such as `https://app.example:8443`, or `*` for all; empty allows none.
    package init(allowedOrigins: [String] = []) {
        self.allowedOrigins = Set(allowedOrigins.map { $0.lowercased() })
        allowsAll = allowedOrigins.contains("*")
    }

    /// Whether a text is `*` or an origin as browsers send them: scheme, host and port, without a path.
    package static func isOrigin(_ text: String) -> Bool {
        if text == "*" { return true }
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            let authority = Array(text.utf8.dropFirst(scheme.utf8.count))
            return !authority.isEmpty && Authority.isValid(authority[...])
        }
        return false
    }

    /// The fields that every response to a request gets.
    func responseFields(for request: HTTPFields) -> HTTPFields {
        guard allowsAll || !allowedOrigins.isEmpty else { return [:] }
        // Whoever keeps the response must not hand it to another origin.
        var fields: HTTPFields = allowsAll ? [:] : [.vary: "Origin"]
        guard let origin = request[.origin] else { return fields }
        guard allowsAll || allowedOrigins.contains(origin.lowercased()) else { return fields }
        fields[.accessControlAllowOrigin] = allowsAll ? "*" : origin
        fields[.accessControlExposeHeaders] = "*"
        return fields
    }

    /// The further fields that answer a preflight, if the request is one and its origin is allowed.
    ///
    /// Any header may be sent: client libraries add many of their own, and none of them gives a page more rights.
    func preflightFields(for request: HTTPFields, allow methods: String) -> HTTPFields {
        guard request[.accessControlRequestMethod] != nil,
            responseFields(for: request)[.accessControlAllowOrigin] != nil
        else { return [:] }
        var fields: HTTPFields = [.accessControlAllowMethods: methods, .accessControlMaxAge: "600"]
        if let headers = request[.accessControlRequestHeaders] { fields[.accessControlAllowHeaders] = headers }
        return fields
    }
}
