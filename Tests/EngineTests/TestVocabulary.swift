import Engine
import Grammar

/// Tokens that are pieces of text, with the tags in many tokenizations.
struct TestVocabulary: TokenVocabulary {
    static let stop: Int32 = 0
    static let special: Int32 = 1
    static let pieces: [[UInt8]] =
        ([
            "", "", "<", "/", "think", ">", "</", "</think>", "</th", "ink>", ">\n\n", "<think>", "<think", "<TOOL",
            "CALL>", "<TOOLCALL>", "a", "word ", "\n", " ", "é", "😀", "STOP", "ST", "OP", "x</think>y", "\n\n", "t",
            "h", "i", "n", "k", "</think>\n\n", "</think></think>",
        ].map { Array($0.utf8) }) + [[0xF0], [0x9F, 0x98], [0x80]]

    func text(of token: Int32) -> [UInt8] { TestVocabulary.pieces[Int(token)] }
    func written(_ token: Int32) -> [UInt8] { TestVocabulary.pieces[Int(token)] }
    let stopTokens: Set<Int32> = [TestVocabulary.stop]

    /// Greedy longest match, as good a tokenizer as any.
    static func encode(_ text: String) -> [Int32] {
        var rest = Array(text.utf8)[...]
        var tokens: [Int32] = []
        while !rest.isEmpty {
            guard
                let best = pieces.indices.filter({ !pieces[$0].isEmpty && rest.starts(with: pieces[$0]) })
                    .max(by: { pieces[$0].count < pieces[$1].count })
            else {
                rest = rest.dropFirst()
                continue
            }
            tokens.append(Int32(best))
            rest = rest.dropFirst(pieces[best].count)
        }
        return tokens
    }

    static func bytes(_ tokens: some Sequence<Int32>) -> [UInt8] { tokens.flatMap { pieces[Int($0)] } }
    static let trie = TokenTrie(pieces)
    static let closing = ClosingText(ClosingText.standard, encode: encode)
}

extension ThinkingLimits {
    /// Limits over the test vocabulary.
    static func test(
        _ budget: Int?,
        grace: Int = 0,
        limit: Int = 1_000,
        reserve: Int? = nil,
        closing: String = ClosingText.standard
    ) -> ThinkingLimits {
        ThinkingLimits(
            budget: budget,
            graceTokens: grace,
            completionLimit: limit,
            minAnswerTokens: reserve,
            closing: ClosingText(closing, encode: TestVocabulary.encode)
        )
    }
}

/// Repeatable random numbers for tests.
struct TestRandom: RandomNumberGenerator {
    var seed: UInt64
    private var position = 0

    init(_ seed: Int) { self.seed = UInt64(bitPattern: Int64(seed)) }

    mutating func next() -> UInt64 {
        position += 1
        return CounterRandom.mix(CounterRandom.mix(seed) &+ UInt64(position))
    }
}
