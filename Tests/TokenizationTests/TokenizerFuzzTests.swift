import Testing
import Tokenization

@Suite struct TokenizerFuzzTests {
    private static let palette = [
        "a", "Z", "the ", " 7", "\n", "\r\n", "  ", "\u{301}", "中", "😀", "ǅ", "'s", "//", "<", ">", "<s>", "</s>",
        "<SPECIAL_12>", "[INST]", "\u{3000}", "\u{85}", "\u{200D}",
    ]

    @Test(
        "any text comes back from its tokens, streamed or not",
        arguments: ["large", "small"],
        0..<10 as Range<UInt64>
    )
    func roundTrip(name: String, seed: UInt64) throws {
        let tokenizer = try LoadedTokenizer.named(name)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let text = generator.text(from: Self.palette, length: 60)
            let plain = tokenizer.encode(text, recognisesSpecialTokens: false)
            #expect(plain.allSatisfy { !tokenizer.isSpecial($0) })
            for ids in [plain, tokenizer.encode(text)] {
                #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8))
                #expect(Array(streamed(ids, tokenizer).utf8) == Array(text.utf8))
            }
        }
    }

    @Test("random ids stream to what they decode to, also when they are no valid UTF-8", arguments: ["large", "small"])
    func randomIDs(name: String) throws {
        let tokenizer = try LoadedTokenizer.named(name)
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            // Loose bytes follow the special tokens; most others are whole words.
            let upper: Int32 = Bool.random(using: &generator) ? 1300 : Int32(tokenizer.vocabularySize) + 3
            let ids = (0..<20).map { _ in Int32.random(in: 0..<upper, using: &generator) }
            #expect(Array(streamed(ids, tokenizer).utf8) == Array(tokenizer.decode(ids).utf8))
        }
    }

    private func streamed(_ ids: [Int32], _ tokenizer: Tokenizer) -> String {
        var detokenizer = IncrementalDetokenizer()
        return ids.map { detokenizer.append(tokenizer.bytes(of: $0)) }.joined() + detokenizer.finish()
    }
}
