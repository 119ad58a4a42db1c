package import HTTPTypes

/// A reason why bytes from a client are not an acceptable HTTP/1.1 request.
///
/// After any of these the position of the next request in the stream is unknown or untrusted, so the connection ends
/// after the error is answered.
package enum HTTPParseError: Error, Equatable, Sendable {
    /// A line feed without a carriage return before it.
    case bareLineFeed
    /// A carriage return without a line feed behind it.
    case bareCarriageReturn
    /// A control byte other than a tab inside a line.
    case controlByte(UInt8)
    case malformedRequestLine
    case malformedTarget
    case unsupportedVersion
    case requestLineTooLong(limitBytes: Int)
    case headTooLarge(limitBytes: Int)
    case tooManyFields(limit: Int)
    case malformedFieldName
    /// A field line without a colon.
    case missingColon
    case obsoleteLineFolding
    case missingHost
    case repeatedHost
    case malformedHost
    case malformedContentLength
    case repeatedContentLength
    /// Content-Length together with Transfer-Encoding.
    case conflictingFraming
    case malformedTransferEncoding
    case unknownTransferCoding
    /// Transfer-Encoding in an HTTP/1.0 message.
    case transferEncodingBeforeHTTP11
    case malformedChunkSize
    /// Chunk data that is not followed by a line end.
    case malformedChunkEnd
    case chunkLineTooLong(limitBytes: Int)
    case chunkExtensionsTooLarge(limitBytes: Int)
    case trailersTooLarge(limitBytes: Int)
    case bodyTooLarge(limitBytes: Int)
    case unknownExpectation
    /// A Content-Encoding other than gzip or deflate, or several.
    case unknownContentCoding
    /// A body that is not what its Content-Encoding says, or not whole.
    case malformedContent
}

extension HTTPParseError {
    /// The status that answers the error.
    package var status: HTTPResponse.Status {
        switch self {
        case .bodyTooLarge: .contentTooLarge
        case .requestLineTooLong: .uriTooLong
        case .unknownExpectation: .expectationFailed
        case .unknownContentCoding: .unsupportedMediaType
        case .headTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        default: .badRequest
        }
    }

    /// A stable word for the error body's `code`.
    package var code: String {
        switch self {
        case .bareLineFeed, .bareCarriageReturn: "invalid_line_end"
        case .controlByte: "invalid_byte"
        case .malformedRequestLine: "invalid_request_line"
        case .malformedTarget: "invalid_request_target"
        case .unsupportedVersion: "http_version_not_supported"
        case .requestLineTooLong: "request_line_too_long"
        case .headTooLarge, .tooManyFields, .trailersTooLarge: "request_head_too_large"
        case .malformedFieldName, .missingColon, .obsoleteLineFolding: "invalid_header"
        case .missingHost, .repeatedHost, .malformedHost: "invalid_host"
        case .malformedContentLength, .repeatedContentLength: "invalid_content_length"
        case .conflictingFraming: "conflicting_framing"
        case .malformedTransferEncoding, .transferEncodingBeforeHTTP11: "invalid_transfer_encoding"
        case .unknownTransferCoding: "unknown_transfer_coding"
        case .malformedChunkSize, .malformedChunkEnd, .chunkLineTooLong, .chunkExtensionsTooLarge: "invalid_chunk"
        case .bodyTooLarge: "request_body_too_large"
        case .unknownExpectation: "expectation_failed"
        case .unknownContentCoding: "unsupported_content_encoding"
        case .malformedContent: "invalid_content_encoding"
        }
    }

    /// One sentence for the error body, saying what was wrong with the request.
    package var message: String {
        switch self {
        case .bareLineFeed: "A line of the request ends in a line feed without a carriage return."
        case .bareCarriageReturn: "The request has a carriage return that no line feed follows."
        case .controlByte(let byte): "The request has the control byte \(byte) in its head."
        case .malformedRequestLine: "The request line must be a method, a target and a version with one space between."
        case .malformedTarget: "The request target is not a valid path, http URL or '*'."
        case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        case .requestLineTooLong(let limit): "The request line is longer than \(limit) bytes."
        case .headTooLarge(let limit): "The request head is larger than \(limit) bytes."
        case .tooManyFields(let limit): "The request has more than \(limit) header fields."
        case .malformedFieldName: "A header field has an empty or invalid name, or white space before its colon."
        case .missingColon: "A header line has no colon."
        case .obsoleteLineFolding: "A header line begins with white space; folded headers are not accepted."
        case .missingHost: "An HTTP/1.1 request must have a Host header."
        case .repeatedHost: "The request has more than one Host header."
        case .malformedHost: "The Host header is not a host with an optional port."
        case .malformedContentLength: "Content-Length must be one whole number in decimal digits."
        case .repeatedContentLength: "The request has more than one Content-Length."
        case .conflictingFraming: "A request may not have both Content-Length and Transfer-Encoding."
        case .malformedTransferEncoding: "Transfer-Encoding must be 'chunked', once and last."
        case .unknownTransferCoding: "The only transfer coding understood here is 'chunked'."
        case .transferEncodingBeforeHTTP11: "Transfer-Encoding needs HTTP/1.1."
        case .malformedChunkSize: "A chunk of the body does not begin with its size in hexadecimal digits."
        case .malformedChunkEnd: "A chunk of the body is not as long as announced."
        case .chunkLineTooLong(let limit): "A chunk size line is longer than \(limit) bytes."
        case .chunkExtensionsTooLarge(let limit): "The chunk extensions take more than \(limit) bytes."
        case .trailersTooLarge(let limit): "The trailers take more than \(limit) bytes."
        case .bodyTooLarge(let limit): "The request body is larger than \(limit) bytes."
        case .unknownExpectation: "The only expectation understood here is '100-continue'."
        case .unknownContentCoding: "A request body may be compressed with gzip or deflate, and only once."
        case .malformedContent: "The request body is not whole or not what its Content-Encoding says."
        }
    }
}
