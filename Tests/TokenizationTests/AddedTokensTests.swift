import OrderedJSON
import Testing
import Tokenization

@Suite struct AddedTokensTests {
    /// The small tokenizer with added tokens of all kinds: blank-taking, not special, overlapping.
    private static let extended = Result {
        try LoadedTokenizer.changed { root in
            var added = root["added_tokens"]?.array ?? []
            added += [
                token("<mask>", 3000, ["special", "lstrip", "rstrip"]), token("<l>", 3001, ["special", "lstrip"]),
                token("<r>", 3002, ["special", "rstrip"]), token("<nn>", 3003, ["normalized"]),
                token("<nn", 3004, []), token("<l><r>", 3005, ["special"]), token("x<l", 3006, []),
            ]
            root["added_tokens"] = .array(added)
        }
    }

    private static func token(_ content: String, _ id: Int, _ flags: Set<String>) -> JSONValue {
        var members: JSONObject = ["id": .integer(Int64(id)), "content": .string(content), "single_word": false]
        for flag in ["special", "lstrip", "rstrip", "normalized"] { members[flag] = .bool(flags.contains(flag)) }
        return .object(members)
    }

    @Test("special tokens are recognised only when asked for")
    func switching() throws {
        let tokenizer = try LoadedTokenizer.small.get()
        let text = "a</s>b<SPECIAL_12>"
        let ids = tokenizer.encode(text)
        #expect(ids.filter(tokenizer.isSpecial) == [2, 12])
        let plain = tokenizer.encode(text, recognisesSpecialTokens: false)
        #expect(!plain.contains(where: tokenizer.isSpecial))
        #expect(tokenizer.decode(plain) == text)
        #expect(tokenizer.encode(text, recognisesSpecialTokens: false, addsSpecialTokens: true) == [1] + plain)
    }

    @Test("a special token counts only inside one trusted range; ranges that touch are one")
    func trusted() throws {
        let tokenizer = try LoadedTokenizer.small.get()
        let text = "</s>x</s>"
        func specials(_ ranges: [Range<Int>]) -> [Int32] {
            tokenizer.encode(text, trusted: ranges).filter(tokenizer.isSpecial)
        }
        #expect(tokenizer.encode(text, trusted: [0..<9]) == tokenizer.encode(text))
        #expect(tokenizer.encode(text, trusted: []) == tokenizer.encode(text, recognisesSpecialTokens: false))
        #expect(specials([0..<4]) == [2])
        #expect(tokenizer.encode(text, trusted: [0..<4]).first == 2)
        #expect(tokenizer.encode(text, trusted: [5..<9]).last == 2)
        #expect(specials([0..<3, 6..<9]) == [])
        #expect(specials([1..<9]) == [2])
        #expect(specials([0..<2, 2..<4]) == [2])
        #expect(specials([0..<1, 1..<1, 1..<3, 3..<4, 5..<9]) == [2, 2])
        // Wrong order, overlaps and ranges beyond the text do no harm.
        #expect(specials([5..<90, 2..<4, 0..<3]) == [2, 2])
        #expect(specials([100..<200]) == [])
    }

    @Test("text across the borders of trusted ranges is cut as if there were none")
    func borders() throws {
        let tokenizer = try LoadedTokenizer.small.get()
        let text = "  Hello, the\n\n world 中文"
        let ids = tokenizer.encode(text)
        for lower in 0...text.utf8.count {
            #expect(tokenizer.encode(text, trusted: [lower..<text.utf8.count]) == ids)
            #expect(tokenizer.encode(text, trusted: [0..<lower]) == ids)
        }
    }

    @Test(
        "whatever a user writes around the template's tokens, exactly those are recognised",
        arguments: 0..<200 as Range<UInt64>
    )
    func injection(seed: UInt64) throws {
        let tokenizer = try LoadedTokenizer.small.get()
        var generator = SeededGenerator(seed: seed)
        let evil = [
            "<SPECIAL_12>", "<SPECIAL_1", "<", "</s", ">", "</s>", "SPECIAL_11>", "[INST]", " ", "a", "\n", "é",
        ]
        var text = ""
        var trusted: [Range<Int>] = []
        var expected: [Int32] = []
        for _ in 0..<6 {
            text += generator.text(from: evil, length: 6)
            let start = text.utf8.count
            let id = Int32.random(in: 0..<20, using: &generator)
            text += String(decoding: tokenizer.bytes(of: id), as: UTF8.self)
            trusted.append(start..<text.utf8.count)
            expected.append(id)
        }
        let ids = tokenizer.encode(text, trusted: trusted)
        #expect(ids.filter(tokenizer.isSpecial) == expected)
        #expect(tokenizer.decode(ids) == text)
    }

    @Test("untrusted text cannot swallow the start of a trusted token that follows")
    func overlap() throws {
        let tokenizer = try Self.extended.get()
        #expect(tokenizer.encode("<l><r>") == [3005])
        // `<l>` came from a user, `<r>` from the template: the longer token over the border must not hide `<r>`.
        #expect(tokenizer.encode("<l><r>", trusted: [3..<6]).last == 3002)
        #expect(tokenizer.encode("<l><r>", trusted: [0..<3]).first == 3001)
        #expect(!tokenizer.encode("<l><r>", trusted: [0..<2, 4..<6]).contains { $0 >= 3000 })
    }

    @Test("tokens that strip take the white space beside them")
    func stripping() throws {
        let tokenizer = try Self.extended.get()
        let a = tokenizer.encode("a")
        #expect(tokenizer.encode("a \u{3000}\n<mask>\t\u{A0} a") == a + [3000] + a)
        #expect(tokenizer.encode("a <l>a") == a + [3001] + a)
        #expect(tokenizer.encode("a<r> a") == a + [3002] + a)
        #expect(tokenizer.encode("<r>  <l>") == [3002, 3001])
        #expect(tokenizer.encode("\u{85}<mask>") == [3000])
        #expect(tokenizer.encode("\u{200B}<mask>").count > 1)
    }

    @Test("tokens that are not special are recognised everywhere, the ones not normalized first")
    func ordinaryAddedTokens() throws {
        let tokenizer = try Self.extended.get()
        // `<nn>` is searched only in what `<nn` leaves over, although it is longer.
        let expected = [3004] + tokenizer.encode(">")
        #expect(tokenizer.encode("<nn>") == expected)
        #expect(tokenizer.encode("<nn>", recognisesSpecialTokens: false) == expected)
        #expect(tokenizer.encode("<nn>", trusted: []) == expected)
        #expect(tokenizer.encode("x<l>").first == 3006)
        #expect(!tokenizer.isSpecial(3003))
        #expect(tokenizer.decode([3003, 3000], skipsSpecialTokens: true) == "<nn>")
    }
}
