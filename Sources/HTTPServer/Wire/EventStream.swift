/// The encoder of `text/event-stream` (WHATWG HTML, server-sent events).
package enum EventStream {
    /// The media type to send with such a stream.
    package static let mediaType = "text/event-stream"

    /// A comment line without text: readers ignore it, and it keeps connections alive.
    package static let heartbeat = comment("")

    /// Encodes one event.
    ///
    /// Text of several lines becomes several `data:` lines, which the reader joins with line feeds again; CR LF and a
    /// lone CR count as line ends too, since the format cannot carry them.
    ///
    /// - Parameters:
    ///   - data: The text, UTF-8.
    ///   - name: The type of the event; no line ends.
    /// - Returns: The bytes of the event with its closing empty line.
    package static func event(_ data: [UInt8], name: String? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 16 + (name?.utf8.count ?? 0))
        if let name {
            precondition(!name.utf8.contains { $0 == 0x0A || $0 == 0x0D }, "an event's name is one line")
            bytes.append(contentsOf: "event: ".utf8)
            bytes.append(contentsOf: name.utf8)
            bytes.append(ByteClass.lineFeed)
        }
        appendLines(data, prefix: "data: ", to: &bytes)
        bytes.append(ByteClass.lineFeed)
        return bytes
    }

    /// Encodes one event with text given as a string.
    package static func event(_ data: String, name: String? = nil) -> [UInt8] {
        event(Array(data.utf8), name: name)
    }

    /// Encodes a comment, which readers skip.
    package static func comment(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        appendLines(Array(text.utf8), prefix: text.isEmpty ? ":" : ": ", to: &bytes)
        bytes.append(ByteClass.lineFeed)
        return bytes
    }

    private static func appendLines(_ text: [UInt8], prefix: StaticString, to bytes: inout [UInt8]) {
        var start = 0
        while true {
            let end = text[start...].firstIndex { $0 == ByteClass.lineFeed || $0 == ByteClass.carriageReturn }
            prefix.withUTF8Buffer { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text[start..<(end ?? text.count)])
            bytes.append(ByteClass.lineFeed)
            guard let end else { return }
            let isPair =
                text[end] == ByteClass.carriageReturn && end + 1 < text.count && text[end + 1] == ByteClass.lineFeed
            start = end + (isPair ? 2 : 1)
        }
    }
}
