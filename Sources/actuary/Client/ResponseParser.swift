/// Takes an answer apart: head, then body by length, by chunks, or until the connection ends (RFC 9112 §6.3).
struct ResponseParser {
    /// What is wrong with an answer.
    enum Failure: Error, Equatable {
        case malformed(String)
        /// The connection ended before the answer did.
        case brokenOff
    }

    private enum State {
        case head
        case length(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        /// The line end behind a chunk's data.
        case chunkEnd
        case trailers
        case untilClosed
        case done
    }

    private static let headBytesMax = 64 * 1024

    private var state = State.head
    /// Bytes of a line or head that is not complete.
    private var pending: [UInt8] = []
    private(set) var hasBegun = false

    /// Takes bytes, and returns what they complete.
    mutating func take(_ bytes: [UInt8]) throws(Failure) -> [ClientEvent] {
        hasBegun = true
        pending += bytes
        var events: [ClientEvent] = []
        while let event = try next() { events += event }
        return events
    }

    /// The connection has ended.
    mutating func finish() throws(Failure) -> [ClientEvent] {
        switch state {
        case .untilClosed:
            state = .done
            return [.end]
        case .done: return []
        default: throw .brokenOff
        }
    }

    /// The events of the next step, or `nil` if bytes are missing for it.
    private mutating func next() throws(Failure) -> [ClientEvent]? {
        switch state {
        case .head: return try takeHead()
        case .length(let remaining): return takeData(remaining) { $0 == 0 ? .done : .length(remaining: $0) }
        case .chunk(let remaining): return takeData(remaining) { $0 == 0 ? .chunkEnd : .chunk(remaining: $0) }
        case .untilClosed: return takeData(.max) { _ in .untilClosed }
        case .chunkSize: return try takeChunkSize()
        case .chunkEnd:
            guard let line = try takeLine() else { return nil }
            guard line.isEmpty else { throw .malformed("a chunk is longer than it says") }
            state = .chunkSize
            return []
        case .trailers:
            guard let line = try takeLine() else { return nil }
            guard line.isEmpty else { return [] }
            state = .done
            return [.end]
        case .done: return nil
        }
    }

    private mutating func takeData(_ remaining: Int, _ after: (Int) -> State) -> [ClientEvent]? {
        guard !pending.isEmpty else { return nil }
        let data = Array(pending.prefix(remaining))
        pending.removeFirst(data.count)
        state = after(remaining - data.count)
        if case .done = state { return [.bytes(data), .end] }
        return [.bytes(data)]
    }

    private mutating func takeLine() throws(Failure) -> [UInt8]? {
        guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else {
            guard pending.count <= Self.headBytesMax else { throw .malformed("a line has no end") }
            return nil
        }
        let line = pending[..<end]
        pending.removeFirst(end + 1)
        return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }

    private mutating func takeChunkSize() throws(Failure) -> [ClientEvent]? {
        guard let line = try takeLine() else { return nil }
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        guard digits.count <= 15, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0 else {
            throw .malformed("a chunk has no size")
        }
        state = size == 0 ? .trailers : .chunk(remaining: size)
        return []
    }

    private mutating func takeHead() throws(Failure) -> [ClientEvent]? {
        let end = Array("\r\n\r\n".utf8)
        guard let last = pending.indices.dropLast(end.count - 1).first(where: { pending[$0...].starts(with: end) })
        else {
            guard pending.count <= Self.headBytesMax else { throw .malformed("a head has no end") }
            return nil
        }
        let lines = String(decoding: pending[..<last], as: UTF8.self).split(separator: "\r\n")
        pending.removeFirst(last + end.count)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw .malformed("it is not HTTP/1.1")
        }
        // RFC 9110 §15.2: an answer may be preceded by interim ones.
        if status / 100 == 1 { return [] }
        state = try framing(status, lines.dropFirst())
        if case .done = state { return [.head(status: status), .end] }
        return [.head(status: status)]
    }

    private func framing(_ status: Int, _ lines: some Sequence<Substring>) throws(Failure) -> State {
        var fields: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed("a header field has no colon") }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            fields[line[..<colon].lowercased()] = String(value)
        }
        if status == 204 || status == 304 { return .done }
        if let coding = fields["transfer-encoding"] {
            guard coding.lowercased() == "chunked" else { throw .malformed("Transfer-Encoding is '\(coding)'") }
            return .chunkSize
        }
        guard let length = fields["content-length"] else { return .untilClosed }
        guard let count = Int(length), count >= 0 else { throw .malformed("Content-Length is '\(length)'") }
        return count == 0 ? .done : .length(remaining: count)
    }
}
