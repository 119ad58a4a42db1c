/// What one choice brought since the last time: text, and tokens for those who count them.
///
/// Text may be held back while it could become part of a tag, of a stop string or of a character; tokens are told of all
/// the same, at least every `quietTokens` of them, so that whoever bills can keep count.
package struct ChoiceProgress: Sendable, Equatable {
    /// The most tokens that pass without a word.
    package static let quietTokens = 16

    package var choice: Int
    /// Text of the thought and of the answer that became certain.
    package var reasoning = ""
    package var content = ""
    /// All tokens of the choice up to here.
    package var tokens = TokenCounts()
    /// Tokens of the prompt that were not computed for this choice.
    package var cachedTokens = 0
    /// The tokens since the last time one by one, if the request asked for them.
    package var reports: [TokenReport] = []

    package init(choice: Int) { self.choice = choice }
}
