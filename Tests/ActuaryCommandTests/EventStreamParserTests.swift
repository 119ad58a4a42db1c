import Testing

@testable import actuary

@Suite struct EventStreamParserTests {
    /// All the ways in which a line may end, a byte order mark, comments, fields without colon, code points of 2 to 4
    /// bytes, and an event that is never closed.
    private static let sample = Array(
        ("\u{FEFF}data: one\n\n:comment\n\ndata:two\r\ndata: zwei \u{E4}\u{20AC}\u{1F600}\r\n\r\n"
            + "event: error\rdata: {\"a\":1}\r\rdata\n\nid: 7\nretry: 3\nunknown: x\n\n"
            + "data:  three\n\n\n\ndata: [DONE]\n\ndata: lost\n").utf8
    )

    private static let events = [
        ServerSentEvent(data: "one"),
        ServerSentEvent(data: "two\nzwei \u{E4}\u{20AC}\u{1F600}"),
        ServerSentEvent(name: "error", data: #"{"a":1}"#),
        ServerSentEvent(data: ""),
        ServerSentEvent(data: " three"),
        ServerSentEvent(data: "[DONE]"),
    ]

    @Test("any cut into two gives the same events", arguments: 0...sample.count)
    func anySplit(at cut: Int) {
        var parser = EventStreamParser()
        let events = parser.consume(Self.sample[..<cut]) + parser.consume(Self.sample[cut...])
        #expect(events == Self.events)
    }

    @Test("pieces of any size give the same events", arguments: 1...20)
    func pieces(size: Int) {
        var parser = EventStreamParser()
        var events: [ServerSentEvent] = []
        for start in stride(from: 0, to: Self.sample.count, by: size) {
            events += parser.consume(Self.sample[start..<min(start + size, Self.sample.count)])
            events += parser.consume([])
        }
        #expect(events == Self.events)
    }

    @Test("an event is handed on with the line end that closes it, not later")
    func promptness() {
        var parser = EventStreamParser()
        #expect(parser.consume(Array("data: a\r\n\r".utf8)) == [ServerSentEvent(data: "a")])
        #expect(parser.consume(Array("\ndata: b\n".utf8)).isEmpty)
        #expect(parser.consume(Array("\n".utf8)) == [ServerSentEvent(data: "b")])
    }

    @Test("bytes that are not UTF-8 are replaced, not fatal")
    func invalidText() {
        var parser = EventStreamParser()
        #expect(
            parser.consume(Array("data: a".utf8) + [0xFF, 0x0A, 0x0A]) == [ServerSentEvent(data: "a\u{FFFD}")]
        )
    }
}
