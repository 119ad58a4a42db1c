package import Tokenization

/// What the engine has to know about token ids.
package protocol TokenVocabulary: Sendable {
    /// The bytes a client may see; none for a special token.
    func text(of token: Int32) -> [UInt8]
    /// Whether the token ends a turn.
    func isStop(_ token: Int32) -> Bool
}

/// A tokenizer with the stop tokens of a model.
package struct ModelVocabulary: TokenVocabulary {
    private let tokenizer: Tokenizer
    private let stopTokens: Set<Int32>

    package init(tokenizer: Tokenizer, stopTokens: Set<Int32>) {
        self.tokenizer = tokenizer
        self.stopTokens = stopTokens
    }

    package func text(of token: Int32) -> [UInt8] {
        tokenizer.isSpecial(token) ? [] : Array(tokenizer.bytes(of: token))
    }
    package func isStop(_ token: Int32) -> Bool { stopTokens.contains(token) }
}
