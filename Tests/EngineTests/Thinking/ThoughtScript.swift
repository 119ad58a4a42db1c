import Engine

/// What a scripted model wants to say, token by token, whatever is forced on it in between.
struct ThoughtScript: Sendable {
    /// How the model behaves.
    enum Manner: CaseIterable, Sendable {
        /// Thinks and thinks, then answers and answers.
        case endless
        /// Closes its thought after a while, in some tokenization of the tag.
        case closing
        /// Opens tags inside thoughts, closes twice.
        case nesting
        /// Begins a tool call inside its thought.
        case calling
        /// Ends its turn somewhere.
        case stopping
        /// Opens thoughts in its answer.
        case reopening
        /// Says anything.
        case noise
    }

    /// One of the tokens that may come next.
    private enum Wish {
        case token(Int32)
        /// A letter or blank that belongs where it is said.
        case text(Int)
        /// The end of a thought and the answer's beginning in one token.
        case mixed(Int)
    }

    let manner: Manner
    private let wishes: [Wish]

    /// Ways to write a tag, each as tokens.
    private static let closings = [
        ["</think>"], ["</", "think", ">"], ["</th", "ink>"], ["<", "/", "t", "h", "i", "n", "k", ">"],
        [" </", "think", ">\n\n"],
        ["</think>\n\n"], ["</think></think>"], ["</", "think", ">\n\n"], ["<", "/", "think", ">"],
    ].map { $0.map(ScriptVocabulary.token) }
    private static let openings = [["<think>"], ["<think", ">"], ["<", "think", ">"], ["<", "t", "h", "ink>"]]
        .map { $0.map(ScriptVocabulary.token) }
    private static let calls = [
        ["<TOOLCALL>"], ["<TOOL", "CALL>"], ["<", "T", "O", "O", "L", "C", "A", "L", "L", ">"],
    ]
    .map { $0.map(ScriptVocabulary.token) }
    private static let fragments = ["<", "</", "</th", "<TOOL", "<think", "/", ">", "t", "n", " ", "\n"]
        .map(ScriptVocabulary.token)
    private static let emoji: [Int32] = (1...3).reversed().map { Int32(ScriptVocabulary.pieces.count - $0) }

    init(_ manner: Manner, length: Int, using random: inout TestRandom) {
        self.manner = manner
        var wishes: [Wish] = []
        let rate = Int.random(in: 4...30, using: &random)
        while wishes.count < length {
            let isEvent = Int.random(in: 0..<rate, using: &random) == 0
            guard isEvent, manner != .endless else {
                wishes.append(.text(Int.random(in: 0..<64, using: &random)))
                continue
            }
            wishes += Self.event(manner, &random)
        }
        self.wishes = wishes
    }

    private static func event(_ manner: Manner, _ random: inout TestRandom) -> [Wish] {
        func one(_ ways: [[Int32]]) -> [Wish] {
            ways[Int.random(in: 0..<ways.count, using: &random)].map { Wish.token($0) }
        }
        switch manner {
        case .endless: return []
        case .closing:
            return Bool.random(using: &random) ? one(closings) : [.mixed(0)]
        case .nesting: return Bool.random(using: &random) ? one(openings) + [.text(0)] + one(closings) : one(closings)
        case .calling: return Bool.random(using: &random) ? one(calls) : [.mixed(1)]
        case .stopping: return [.token(ScriptVocabulary.stop)]
        case .reopening: return Bool.random(using: &random) ? one(openings) : one(closings)
        case .noise:
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return one(closings)
            case 1: return one(openings)
            case 2: return one(calls)
            case 3: return emoji.map { .token($0) }
            case 4: return [.token(ScriptVocabulary.special)]
            default: return one(fragments.map { [$0] })
            }
        }
    }

    /// The tokens that may come at a position behind the prompt, where the text ends inside a thought or not.
    func candidates(at position: Int, isThinking: Bool) -> [Int32] {
        switch wishes[position % wishes.count] {
        case .token(let token): [token]
        case .text(let number): Self.letters(number, isThinking: isThinking)
        case .mixed(let kind):
            isThinking
                ? [ScriptVocabulary.token(kind == 0 ? "a</think>B" : "a<TOOLCALL>B")] : [ScriptVocabulary.token("B")]
        }
    }

    private static let thoughtTexts = ["a", "aa ", "ä", "a\n", "ab", " "].map(ScriptVocabulary.token)
    private static let answerTexts = ["B", "BB ", "É", "B\n", "ST", "OP", "STOP", " "].map(ScriptVocabulary.token)

    private static func letters(_ number: Int, isThinking: Bool) -> [Int32] {
        let texts = isThinking ? thoughtTexts : answerTexts
        // Mostly the plain letters: stop strings and blanks are rare.
        let index = number < 40 ? number % 3 : number % texts.count
        return [texts[index], texts[(index + 1) % 3]]
    }

    /// The scores by which the next token is drawn.
    func fill(_ row: UnsafeMutableBufferPointer<Float>, at position: Int, isThinking: Bool) {
        row.update(repeating: -1e9)
        // Where what it wants to say is forbidden, it says something that belongs there.
        for token in isThinking ? Self.thoughtTexts : Self.answerTexts { row[Int(token)] = -1e3 }
        for (rank, token) in candidates(at: position, isThinking: isThinking).enumerated().reversed() {
            row[Int(token)] = 1 - Float(rank) / 4
        }
    }
}
