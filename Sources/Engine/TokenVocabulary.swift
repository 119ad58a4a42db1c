package import Tokenization

/// What the engine has to know about token ids.
package protocol TokenVocabulary: Sendable {
    /// The bytes a client may see; none for a special token.
    func text(of token: Int32) -> [UInt8]
    /// The bytes of the token as it is written, special ones included.
    func written(_ token: Int32) -> [UInt8]
    /// The tokens that end a turn.
    var stopTokens: Set<Int32> { get }
}

/// A tokenizer with the stop tokens of a model.
package struct ModelVocabulary: TokenVocabulary {
    private let tokenizer: Tokenizer
    package let stopTokens: Set<Int32>

    package init(tokenizer: Tokenizer, stopTokens: Set<Int32>) {
        self.tokenizer = tokenizer
        self.stopTokens = stopTokens
    }

    package func text(of token: Int32) -> [UInt8] {
        tokenizer.isSpecial(token) ? [] : Array(tokenizer.bytes(of: token))
    }

    package func written(_ token: Int32) -> [UInt8] { Array(tokenizer.bytes(of: token)) }
}
