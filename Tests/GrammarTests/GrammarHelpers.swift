import Grammar
import OrderedJSON

/// Repeatable random numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// All bytes, and tokens that span structure, end inside a character, or stand twice.
enum SmallVocabulary {
    static let tokens: [[UInt8]] =
        (0..<256).map { [UInt8($0)] }
        + [
            "\": ", "\", \"", "{\"", "\"}", "ab", "abc", "}]", "123", "-1", "true", "null", " \"", "]}", "é", "😀x",
            ", ",
            "\n  ", ": {", "\":", "ab", "\\n", "\\u00", "größe", "},{", "",
        ].map { Array($0.utf8) } + [[0x9F, 0x98], [0x22, 0xF0, 0x9F]]
    static let trie = TokenTrie(tokens)
}

extension Grammar {
    /// Whether the whole text is one of the grammar's.
    func takes(_ text: String) -> Bool {
        let matcher = GrammarMatcher(self, SmallVocabulary.trie)
        let place = matcher.advance(matcher.start, text.utf8)
        return place != GrammarMatcher.nowhere && matcher.isComplete(place)
    }

    /// Draws tokens until the text may end, comparing every mask with what each token does by itself.
    func sample(_ random: inout SplitMix, atMost limit: Int = 300) -> (text: String?, isConsistent: Bool) {
        let tokens = SmallVocabulary.tokens
        var matcher = GrammarMatcher(self, SmallVocabulary.trie)
        var place = matcher.start
        var text: [UInt8] = []
        var isConsistent = true
        for count in 0..<limit {
            let mayEnd = matcher.isComplete(place)
            if mayEnd, !matcher.canGoOn(place) || count > 40 || Int.random(in: 0..<4, using: &random) == 0 {
                return (String(validating: text, as: UTF8.self), isConsistent)
            }
            let mask = matcher.mask(place)
            let allowed = tokens.indices.filter { mask.contains(Int32($0)) }
            let expected = tokens.indices.filter {
                !tokens[$0].isEmpty && matcher.advance(place, tokens[$0]) != GrammarMatcher.nowhere
            }
            isConsistent = isConsistent && allowed == expected
            // Late, what closes something is taken.
            let closing = allowed.filter { tokens[$0].contains { [0x22, 0x7D, 0x5D].contains($0) } }
            let candidates = count > 120 && !closing.isEmpty ? closing : allowed
            guard let token = candidates.randomElement(using: &random) else { return (nil, isConsistent) }
            text += tokens[token]
            place = matcher.advance(place, tokens[token])
            if count % 7 == 0 { (matcher, place) = matcher.renewed(place) }
        }
        return (nil, isConsistent)
    }
}
