import HTTPTypes

/// The first line of a request (RFC 9112 §3).
struct RequestLine: Sendable {
    let method: HTTPRequest.Method
    let target: RequestTarget
    let version: HTTPVersion

    /// Reads `method SP request-target SP HTTP-version` with exactly one space between.
    ///
    /// RFC 9112 §3 lets a recipient split at any white space; we do not, since that opens ways around filters.
    init(_ line: [UInt8]) throws(HTTPParseError) {
        let parts = line.split(separator: ByteClass.space, omittingEmptySubsequences: false)
        // An HTTP/0.9 request has two parts.
        guard parts.count == 3 else { throw .malformedRequestLine }
        guard parts[0].allSatisfy(ByteClass.isToken),
            let method = HTTPRequest.Method(String(decoding: parts[0], as: UTF8.self))
        else { throw .malformedRequestLine }
        version = try Self.parseVersion(parts[2])
        target = try RequestTarget(parts[1], method: method)
        self.method = method
    }

    /// RFC 9112 §2.3: `HTTP/` DIGIT `.` DIGIT, in capitals.
    private static func parseVersion(_ bytes: ArraySlice<UInt8>) throws(HTTPParseError) -> HTTPVersion {
        let digits = bytes.dropFirst(5)
        guard bytes.starts(with: "HTTP/".utf8), digits.count == 3, let major = digits.first, let minor = digits.last,
            ByteClass.isDigit(major), ByteClass.isDigit(minor), digits.dropFirst().first == UInt8(ascii: ".")
        else { throw .malformedRequestLine }
        // RFC 9110 §15.6.6: another major version is not supported.
        guard major == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return minor == UInt8(ascii: "0") ? .http10 : .http11
    }
}
