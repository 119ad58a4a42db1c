/// Reads a `text/event-stream` (WHATWG HTML, section 9.2) in pieces of any size.
///
/// However the bytes are cut, the events are the same. Comments, ids and retry times are skipped; an event that is not
/// closed by an empty line is dropped, as the standard demands.
struct EventStreamParser {
    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8]?
    private var skipsLineFeed = false
    private var isFirstLine = true

    /// Takes the next bytes and gives the events that they complete.
    mutating func consume(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let follows = skipsLineFeed
            skipsLineFeed = byte == UInt8(ascii: "\r")
            // The line feed of a CR LF: the CR has ended the line already.
            if follows, byte == UInt8(ascii: "\n") { continue }
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        if isFirstLine {
            isFirstLine = false
            let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
            if line.starts(with: byteOrderMark) { line.removeFirst(byteOrderMark.count) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if data == nil { data = Array(value) } else { data?.append(contentsOf: [UInt8(ascii: "\n")] + value) }
        case "event": name = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            data = nil
            name = ""
        }
        guard let data else { return nil }
        return ServerSentEvent(name: name.isEmpty ? "message" : name, data: String(decoding: data, as: UTF8.self))
    }
}
