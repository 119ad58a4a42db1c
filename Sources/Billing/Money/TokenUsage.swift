/// How many tokens of each kind a request took.
///
/// `prompt` includes `cachedPrompt`, as in OpenAI's `usage`. Completion tokens are `thinking + answer + forced`.
package struct TokenUsage: Hashable, Sendable {
    /// Prompt tokens, cached ones among them.
    package var prompt: Int
    /// Prompt tokens whose state was remembered and not computed again.
    package var cachedPrompt: Int
    /// Tokens that were sampled inside thoughts.
    package var thinking: Int
    /// Tokens that were sampled outside of thoughts.
    package var answer: Int
    /// Tokens that were fed to close thoughts; never billed.
    package var forced: Int

    package init(prompt: Int = 0, cachedPrompt: Int = 0, thinking: Int = 0, answer: Int = 0, forced: Int = 0) {
        self.prompt = prompt
        self.cachedPrompt = cachedPrompt
        self.thinking = thinking
        self.answer = answer
        self.forced = forced
    }

    package static let zero = TokenUsage()

    /// Thinking, answer and forced tokens.
    package var completion: Int { thinking + answer + forced }

    /// Prompt and completion tokens.
    package var total: Int { prompt + completion }

    /// Whether the counts can be: none negative, and no more prompt tokens cached than there are.
    package var isPlausible: Bool {
        [prompt, cachedPrompt, thinking, answer, forced].allSatisfy { $0 >= 0 } && cachedPrompt <= prompt
    }

    package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            prompt: left.prompt + right.prompt,
            cachedPrompt: left.cachedPrompt + right.cachedPrompt,
            thinking: left.thinking + right.thinking,
            answer: left.answer + right.answer,
            forced: left.forced + right.forced
        )
    }

    package static func - (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            prompt: left.prompt - right.prompt,
            cachedPrompt: left.cachedPrompt - right.cachedPrompt,
            thinking: left.thinking - right.thinking,
            answer: left.answer - right.answer,
            forced: left.forced - right.forced
        )
    }

    package static func += (left: inout TokenUsage, right: TokenUsage) { left = left + right }

    /// What this has more than `earlier`, kind by kind: what a repeated request is billed.
    ///
    /// A prompt that was computed the first time and remembered the second is not billed again as a cached one.
    package func excess(over earlier: TokenUsage) -> TokenUsage {
        let newPrompt = max(0, prompt - earlier.prompt)
        return TokenUsage(
            prompt: newPrompt,
            cachedPrompt: min(newPrompt, max(0, cachedPrompt - earlier.cachedPrompt)),
            thinking: max(0, thinking - earlier.thinking),
            answer: max(0, answer - earlier.answer),
            forced: max(0, forced - earlier.forced)
        )
    }

    /// The larger of both counts, kind by kind: what has been billed for a request after it was repeated.
    package func union(_ other: TokenUsage) -> TokenUsage {
        TokenUsage(
            prompt: max(prompt, other.prompt),
            cachedPrompt: max(cachedPrompt, other.cachedPrompt),
            thinking: max(thinking, other.thinking),
            answer: max(answer, other.answer),
            forced: max(forced, other.forced)
        )
    }
}

/// An array of five numbers: prompt, cached prompt, thinking, answer, forced.
extension TokenUsage: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        prompt = try list.decode(Int.self)
        cachedPrompt = try list.decode(Int.self)
        thinking = try list.decode(Int.self)
        answer = try list.decode(Int.self)
        forced = try list.decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for count in [prompt, cachedPrompt, thinking, answer, forced] { try list.encode(count) }
    }
}
