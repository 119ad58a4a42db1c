/// What a request says about its thought (DESIGN section 4); `nil` leaves it to the key's or the server's default.
package struct ThinkingOptions: Sendable, Equatable {
    /// `max_think_tokens`: the most tokens that are sampled while thinking; 0 switches thinking off.
    package var maxThinkTokens: Int?
    /// `think_grace`: how many tokens more the thought may take to reach the end of its line.
    package var graceTokens = 0
    /// `think_close_text`: what is fed when a bound is reached.
    package var closingText: String?
    /// `min_answer_tokens`: how many tokens of the completion thinking may not use.
    package var minAnswerTokens: Int?

    package init() {}
}
