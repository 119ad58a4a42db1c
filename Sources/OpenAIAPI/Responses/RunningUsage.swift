/// What a stream has used until one of its events.
package struct RunningUsage: Sendable, Equatable {
    package var promptTokens: Int
    /// The sum over all choices.
    package var completionTokens: Int
    package var reasoningTokens: Int

    package init(promptTokens: Int, completionTokens: Int = 0, reasoningTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.reasoningTokens = reasoningTokens
    }

    /// Appends the object, with the members that a usage has everywhere.
    func append(to bytes: inout [UInt8]) {
        bytes.json(#"{"prompt_tokens":"#)
        bytes.json(promptTokens)
        bytes.json(#","completion_tokens":"#)
        bytes.json(completionTokens)
        bytes.json(#","total_tokens":"#)
        bytes.json(promptTokens + completionTokens)
        bytes.json(#","completion_tokens_details":{"reasoning_tokens":"#)
        bytes.json(reasoningTokens)
        bytes.json("}}")
    }
}
