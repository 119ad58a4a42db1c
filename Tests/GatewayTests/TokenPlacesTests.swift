import Testing

@testable import Gateway

@Suite struct TokenPlacesTests {
    /// The places of tokens in a text that comes in pieces, each piece behind so many tokens.
    private func places(_ tokens: [[UInt8]], in pieces: [String], offset: Int = 0) -> [Int] {
        var places = TokenPlaces(offset: offset)
        var waiting = tokens[...]
        var found: [Int] = []
        for piece in pieces + [""] {
            places.add(piece)
            while let token = waiting.first, let place = places.take(token, isEnd: piece.isEmpty) {
                found.append(place)
                waiting.removeFirst()
            }
        }
        return found
    }

    private func places(_ tokens: [String], in text: String) -> [Int] {
        let bytes = tokens.map { Array($0.utf8) }
        let whole = places(bytes, in: [text])
        #expect(places(bytes, in: text.map(String.init)) == whole, "the text came character by character")
        return whole
    }

    @Test("tokens that are the text stand side by side, counted in characters")
    func plain() {
        #expect(places(["12", " +", " grö", "ßer"], in: "12 + größer") == [0, 2, 4, 8])
        #expect(places([[0x61], [0xC3], [0xB6, 0x62], [0x63]], in: ["a", "öb", "c"], offset: 5) == [5, 6, 7, 8])
    }

    @Test("white space around a tag may be more or less than the tokens say")
    func tags() {
        let text = "42\n</think>\n\n4"
        #expect(places(["\n", " 4", "2", " \n", "</th", "ink>", "4"], in: text) == [0, 0, 1, 2, 3, 7, 13])
        #expect(places(["42", "</think>", "\n", "4"], in: text) == [0, 3, 11, 13])
    }

    @Test("what is not shown has no width, and what is cut off stands at the end")
    func hidden() {
        #expect(places(["<s>", "a", "<s>", "b"], in: "ab") == [0, 0, 1, 1])
        #expect(places(["a", "STOP", "b"], in: "aS") == [0, 1, 2])
    }

    @Test("bytes that are no text are other characters there")
    func broken() {
        #expect(places([[0x61], [0xFF], [0x62]], in: ["a\u{FFFD}b"]) == [0, 1, 2])
    }
}
