package import HTTPTypes

/// Everything that goes into the head of a response.
package struct ResponseHead: Sendable {
    /// How the end of the response body is marked (RFC 9112 §6).
    package enum Framing: Sendable, Equatable {
        /// The status has no body: 1xx, 204, 304 (RFC 9110 §6.4.1).
        case none
        /// The body has this many bytes.
        case length(Int)
        /// The body comes in chunks.
        case chunked
        /// The body ends with the connection, for HTTP/1.0.
        case untilClose
    }

    /// What the `Connection` field says.
    package enum Persistence: Sendable, Equatable {
        /// Nothing: HTTP/1.1 stays open.
        case implied
        /// `keep-alive`, for HTTP/1.0.
        case keepAlive
        /// `close`.
        case close
    }

    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var framing: Framing
    package var persistence: Persistence
    package var date: String
    package var requestID: String
}

extension ResponseHead {
    /// The response that lets a client go on; it is also discarded by clients that did not ask (RFC 9110 §15.2.1).
    static let continueBytes = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends the head with its closing empty line.
    ///
    /// The fields that frame the message, its date, server and request id are the server's own; the handler's are
    /// dropped, so that it cannot break the framing. Line ends cannot be in a value: `HTTPField` replaces them.
    package func encode(into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "HTTP/1.1 \(status.code) ".utf8)
        // RFC 9112 §4: the space stays even without a reason phrase.
        bytes.append(contentsOf: status.reasonPhrase.utf8)
        bytes.append(contentsOf: "\r\nDate: ".utf8)
        bytes.append(contentsOf: date.utf8)
        bytes.append(contentsOf: "\r\nServer: actuary\r\nX-Request-Id: ".utf8)
        bytes.append(contentsOf: requestID.utf8)
        for field in fields where !Self.isReserved(field.name.canonicalName) {
            bytes.append(contentsOf: "\r\n".utf8)
            bytes.append(contentsOf: field.name.rawName.utf8)
            bytes.append(contentsOf: ": ".utf8)
            field.withUnsafeBytesOfValue { bytes.append(contentsOf: $0) }
        }
        switch framing {
        // RFC 9110 §8.6: no Content-Length with 1xx and 204.
        case .none, .untilClose: break
        case .length(let count): bytes.append(contentsOf: "\r\nContent-Length: \(count)".utf8)
        case .chunked: bytes.append(contentsOf: "\r\nTransfer-Encoding: chunked".utf8)
        }
        switch persistence {
        case .implied: break
        case .keepAlive: bytes.append(contentsOf: "\r\nConnection: keep-alive".utf8)
        case .close: bytes.append(contentsOf: "\r\nConnection: close".utf8)
        }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
    }

    private static func isReserved(_ name: String) -> Bool {
        switch name {
        case "date", "server", "x-request-id", "content-length", "transfer-encoding", "connection", "trailer",
            "upgrade", "keep-alive":
            true
        default: false
        }
    }
}
