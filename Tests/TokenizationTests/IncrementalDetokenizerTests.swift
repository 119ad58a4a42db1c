import Testing
import Tokenization

@Suite struct IncrementalDetokenizerTests {
    private func joined(_ parts: [[UInt8]]) -> String {
        var detokenizer = IncrementalDetokenizer()
        return parts.map { detokenizer.append($0) }.joined() + detokenizer.finish()
    }

    @Test(
        "each maximal invalid part becomes one replacement character",
        arguments: [
            ([0xE4, 0xB8, 0xAD], "中"), ([0xE4, 0xB8], "\u{FFFD}"), ([0xE4, 0xB8, 0x41], "\u{FFFD}A"),
            ([0xE4, 0xE4, 0xB8, 0xAD], "\u{FFFD}中"), ([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"),
            ([0xE0, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xF0, 0x9F, 0x98, 0x41], "\u{FFFD}A"), ([0xF0, 0x80, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"), ([0xF5, 0x41], "\u{FFFD}A"),
            ([0x80, 0x80, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"), ([0xF0, 0x9F, 0x98, 0x80], "😀"),
            ([0xF0, 0x9F, 0xF0, 0x9F], "\u{FFFD}\u{FFFD}"), ([], ""), ([0x00, 0x41], "\0A"),
        ] as [([UInt8], String)]
    )
    func replacement(bytes: [UInt8], text: String) {
        for split in 0...bytes.count {
            #expect(joined([Array(bytes[..<split]), Array(bytes[split...])]) == text)
        }
        #expect(joined(bytes.map { [$0] }) == text)
    }

    @Test("text is sent as soon as it is certain, and not before")
    func promptness() {
        var detokenizer = IncrementalDetokenizer()
        #expect(detokenizer.append([0x61, 0xF0]) == "a")
        #expect(detokenizer.append([0x9F]) == "")
        #expect(detokenizer.append([0x98]) == "")
        #expect(detokenizer.append([0x80, 0xC3]) == "😀")
        #expect(detokenizer.append([0xC3]) == "\u{FFFD}")
        #expect(detokenizer.append([0xA9]) == "é")
        // 0xE0 0x80 starts no character, so nothing is held back.
        #expect(detokenizer.append([0xE0, 0x80]) == "\u{FFFD}\u{FFFD}")
        #expect(detokenizer.append([0xE2]) == "")
        #expect(detokenizer.finish() == "\u{FFFD}")
        #expect(detokenizer.finish() == "")
    }

    @Test("pieces joined are the whole text, for random bytes cut anywhere", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let hard: [UInt8] = [
            0x41, 0x80, 0xBF, 0xA0, 0x9F, 0x90, 0x8F, 0xC0, 0xC2, 0xDF, 0xE0, 0xE4, 0xED, 0xF0, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<100 {
            let bytes = (0..<40).compactMap { _ in hard.randomElement(using: &generator) }
            var parts: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                parts.append(Array(rest.prefix(Int.random(in: 0...5, using: &generator))))
                rest = rest.dropFirst(parts.last?.count ?? 0)
            }
            #expect(Array(joined(parts).utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8))
        }
    }
}
