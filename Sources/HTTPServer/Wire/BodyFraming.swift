import HTTPTypes

/// How the end of a request body is found (RFC 9112 §6.3).
package enum BodyFraming: Sendable, Equatable {
    /// The request has no body.
    case none
    /// The body has this many bytes, more than zero.
    case length(Int)
    /// The body comes in chunks.
    case chunked
}

extension BodyFraming {
    /// Decides from the fields of a request; every doubt is an error.
    ///
    /// - Parameters:
    ///   - fields: The header fields.
    ///   - version: The version of the request.
    ///   - bodyBytesMax: The largest `Content-Length` to accept.
    /// - Throws: What makes the framing doubtful.
    init(fields: HTTPFields, version: HTTPVersion, bodyBytesMax: Int) throws(HTTPParseError) {
        let lengths = fields[values: .contentLength]
        let codings = fields[values: .transferCodings]
        guard codings.isEmpty else {
            // RFC 9112 §6.1: Transfer-Encoding in an HTTP/1.0 message means that the framing is faulty.
            guard version == .http11 else { throw .transferEncodingBeforeHTTP11 }
            // RFC 9112 §6.1, §6.3: both fields together are how requests are smuggled; refuse instead of choosing.
            guard lengths.isEmpty else { throw .conflictingFraming }
            try Self.checkTransferCodings(codings)
            self = .chunked
            return
        }
        guard let value = lengths.first else {
            // RFC 9112 §6.3: a request with neither field has no body.
            self = .none
            return
        }
        // RFC 9110 §8.6 permits to merge identical repeated values; refusing them all is the safer reading.
        guard lengths.count == 1, !value.utf8.contains(UInt8(ascii: ",")) else { throw .repeatedContentLength }
        let length = try Self.parseLength(value, bodyBytesMax: bodyBytesMax)
        self = length == 0 ? .none : .length(length)
    }

    /// Reads `1*DIGIT` (RFC 9110 §8.6): no sign, no space, no other base.
    private static func parseLength(_ value: String, bodyBytesMax: Int) throws(HTTPParseError) -> Int {
        guard !value.isEmpty, value.utf8.allSatisfy(ByteClass.isDigit) else { throw .malformedContentLength }
        // Digits only, so a value that does not fit an Int is a number beyond any limit.
        guard let length = Int(value), length <= bodyBytesMax else { throw .bodyTooLarge(limitBytes: bodyBytesMax) }
        return length
    }

    /// Accepts exactly `chunked`, once.
    private static func checkTransferCodings(_ values: [String]) throws(HTTPParseError) {
        let codings = values.flatMap { FieldList.elements($0, keepingEmpty: true) }.map { $0.lowercased() }
        // RFC 9112 §6.3: chunked must be the final coding of a request; §7: and must not be applied twice.
        guard codings.last == "chunked", codings.filter({ $0 == "chunked" }).count == 1,
            codings.allSatisfy({ !$0.isEmpty })
        else { throw .malformedTransferEncoding }
        // RFC 9112 §6.1: a coding that is not understood is answered with 501.
        guard codings.count == 1 else { throw .unknownTransferCoding }
    }
}
