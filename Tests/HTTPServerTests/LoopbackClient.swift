import Glibc

@testable import HTTPServer

/// A blocking client socket on loopback, with just enough HTTP to read responses.
final class LoopbackClient {
    /// One response; `body` without its framing.
    struct Response: Equatable {
        var status: Int
        var head: String
        var body: String

        /// The value of a field, or nil.
        func field(_ name: String) -> String? {
            for line in head.components(separatedBy: "\r\n") {
                guard let colon = line.firstIndex(of: ":") else { continue }
                if line[..<colon].lowercased() == name.lowercased() { return String(line[colon...].dropFirst(2)) }
            }
            return nil
        }
    }

    struct Failure: Error {
        let what: String
    }

    private var descriptor: Int32
    private var unread: [UInt8] = []

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: The server.
    ///   - receiveBufferBytes: The size of the kernel's receive buffer; nil for the usual one.
    /// - Throws: `Failure` if nobody listens.
    init(_ address: BoundAddress, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if let receiveBufferBytes { Socket.setOption(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBufferBytes) }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        inet_pton(AF_INET, address.host, &target.sin_addr)
        let result = withUnsafeBytes(of: &target) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard result == 0 else { throw Failure(what: "connect: \(errno)") }
    }

    deinit { close() }

    /// Closes; a FIN, or a reset if there is unread input.
    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Closes with a reset.
    func reset() {
        Socket.resetOnClose(descriptor)
        close()
    }

    /// Closes the sending side only.
    func shutdownSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "send: \(errno)") }
            sent += count
        }
    }

    /// Reads one response.
    func readResponse(withBody hasBody: Bool = true) throws -> Response {
        let head = try read(through: "\r\n\r\n")
        let parts = head.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, parts[0] == "HTTP/1.1", let status = Int(parts[1]) else { throw Failure(what: head) }
        var response = Response(status: status, head: head, body: "")
        guard hasBody, status >= 200 else { return response }
        if let length = response.field("Content-Length").flatMap({ Int($0) }) {
            response.body = String(decoding: try read(count: length), as: UTF8.self)
        } else if response.field("Transfer-Encoding") == "chunked" {
            while let chunk = try readChunk() { response.body += chunk }
        } else if status != 204 {
            response.body = try readToEnd()
        }
        return response
    }

    /// Reads one chunk; nil for the last.
    func readChunk() throws -> String? {
        let line = try read(through: "\r\n").dropLast(1)
        guard let size = Int(line, radix: 16) else { throw Failure(what: "chunk size \(line)") }
        let data = try read(count: size + 2).dropLast(2)
        return size == 0 ? nil : String(decoding: data, as: UTF8.self)
    }

    /// Reads one chunk that is no heartbeat, which a loaded machine may get in between.
    func readEvent() throws -> String? {
        while let chunk = try readChunk() {
            if chunk != ":\n\n" { return chunk }
        }
        return nil
    }

    /// Reads until the server closes.
    func readToEnd() throws -> String {
        while try fill() {}
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    /// Reads what is there, at least a byte; nothing at the end.
    func readSome() throws -> [UInt8] {
        if unread.isEmpty { _ = try fill() }
        defer { unread = [] }
        guard !unread.isEmpty else { throw Failure(what: "end") }
        return unread
    }

    /// Reads until the server closes.
    func readBytesToEnd() throws -> [UInt8] {
        while try fill() {}
        defer { unread = [] }
        return unread
    }

    func read(through end: String) throws -> String {
        let pattern = Array(end.utf8)
        var searched = 0
        while true {
            if let range = unread[searched...].firstRange(of: pattern) {
                defer { unread.removeSubrange(..<range.upperBound) }
                return String(decoding: unread[..<range.upperBound], as: UTF8.self)
            }
            searched = max(0, unread.count - pattern.count)
            guard try fill() else { throw Failure(what: "end within \(String(decoding: unread, as: UTF8.self))") }
        }
    }

    private func read(count: Int) throws -> [UInt8] {
        while unread.count < count {
            guard try fill() else { throw Failure(what: "end after \(unread.count) of \(count) bytes") }
        }
        defer { unread.removeSubrange(..<count) }
        return Array(unread[..<count])
    }

    /// Reads something; false at the end.
    private func fill() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(what: "recv: \(String(cString: strerror(errno)))") }
        unread += buffer[..<count]
        return count > 0
    }
}
