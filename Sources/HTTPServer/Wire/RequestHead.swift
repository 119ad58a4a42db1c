package import HTTPTypes

/// The request line and header section of one request, checked.
package struct RequestHead: Sendable, Equatable {
    /// The method, any token; known or not.
    package let method: HTTPRequest.Method

    /// The target, taken apart.
    package let target: RequestTarget

    /// The version that governs the exchange.
    package let version: HTTPVersion

    /// The fields in the order they came.
    package let fields: HTTPFields

    /// How the end of the body is found.
    package let framing: BodyFraming

    /// How the body is compressed; nil if it is not, or if there is none.
    package let contentCoding: ContentCoding?

    /// Whether the client waits for `100 Continue` before it sends the body.
    package let expectsContinue: Bool

    /// Whether the client wants to keep the connection after the response.
    package let isPersistent: Bool
}

extension RequestHead {
    /// Checks the fields against each other and derives framing and persistence.
    init(
        method: HTTPRequest.Method,
        target: RequestTarget,
        version: HTTPVersion,
        fields: HTTPFields,
        bodyBytesMax: Int
    ) throws(HTTPParseError) {
        try Self.checkHost(fields[values: .hostField], version: version)
        framing = try BodyFraming(fields: fields, version: version, bodyBytesMax: bodyBytesMax)
        contentCoding = framing == .none ? nil : try ContentCoding.ofRequest(fields[values: .contentEncoding])
        expectsContinue = try Self.readExpectation(fields[values: .expect], version: version)
        let options = fields[values: .connection]
        // RFC 9112 §9.3: HTTP/1.1 persists unless told to close, HTTP/1.0 only when asked to keep alive.
        isPersistent =
            !FieldList.contains(options, "close")
            && (version == .http11 || FieldList.contains(options, "keep-alive"))
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
    }

    /// RFC 9112 §3.2: 400 for an HTTP/1.1 request without Host, and for any with more than one or an invalid one.
    private static func checkHost(_ hosts: [String], version: HTTPVersion) throws(HTTPParseError) {
        guard let host = hosts.first else {
            if version == .http11 { throw .missingHost }
            return
        }
        guard hosts.count == 1 else { throw .repeatedHost }
        guard Authority.isValid(Array(host.utf8)[...]) else { throw .malformedHost }
    }

    /// RFC 9110 §10.1.1: an unknown expectation may be answered with 417; HTTP/1.0 expectations are ignored.
    private static func readExpectation(_ values: [String], version: HTTPVersion) throws(HTTPParseError) -> Bool {
        guard version == .http11, !values.isEmpty else { return false }
        let expectations = values.flatMap { FieldList.elements($0) }
        guard expectations.allSatisfy({ $0.lowercased() == "100-continue" }) else { throw .unknownExpectation }
        return !expectations.isEmpty
    }
}
