import Engine

/// Tokens for scripted models: lower-case letters are thoughts, upper-case ones answers, and tags come in many
/// tokenizations.
///
/// So a letter on the wrong side shows by itself, without knowledge of what led there.
struct ScriptVocabulary: TokenVocabulary {
    static let stop: Int32 = 0
    static let special: Int32 = 1

    static let pieces: [[UInt8]] =
        [
            "", "", "<", "/", "think", ">", "</", "</think>", "</th", "ink>", ">\n\n", "<think>", "<think", "<TOOL",
            "CALL>",
            "<TOOLCALL>", "</think>\n\n", "</think></think>", "t", "h", "i", "n", "k", " </", "a</think>B",
            "a<TOOLCALL>B",
            "B<think>a", "a", "aa ", "ä", "a\n", "ab", "B", "BB ", "É", "B\n", "ST", "OP", "STOP", " ", "\n", "\n\n",
            "SPECIAL_12", "T", "O", "L", "C", "A",
        ].map { Array($0.utf8) } + [[0xF0], [0x9F, 0x98], [0x80]]

    static let thoughtLetters = Set("abä😀")
    static let answerLetters = Set("BÉ")

    func text(of token: Int32) -> [UInt8] { Self.pieces[Int(token)] }
    func written(_ token: Int32) -> [UInt8] { Self.pieces[Int(token)] }
    let stopTokens: Set<Int32> = [ScriptVocabulary.stop]

    /// The token of a piece.
    static func token(_ text: String) -> Int32 {
        guard let index = pieces.firstIndex(of: Array(text.utf8)) else { preconditionFailure("no piece '\(text)'") }
        return Int32(index)
    }

    /// Greedy longest match; every text that the tests use can be written.
    static func encode(_ text: String) -> [Int32] {
        var rest = Array(text.utf8)[...]
        var tokens: [Int32] = []
        while !rest.isEmpty {
            let fitting = pieces.indices.filter { !pieces[$0].isEmpty && rest.starts(with: pieces[$0]) }
            guard let best = fitting.max(by: { pieces[$0].count < pieces[$1].count }) else {
                preconditionFailure("'\(text)' cannot be written")
            }
            tokens.append(Int32(best))
            rest = rest.dropFirst(pieces[best].count)
        }
        return tokens
    }
}
