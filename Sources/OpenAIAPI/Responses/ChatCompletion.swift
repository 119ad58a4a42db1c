/// The body that answers a chat completion which is not streamed.
package struct ChatCompletion: Sendable, Equatable {
    /// One of the answers.
    package struct Choice: Sendable, Equatable {
        /// The thought; empty if there was none.
        package var reasoning: String
        package var content: String
        /// Beside calls an empty content is null.
        package var calls: [ToolCall]
        /// Whether the client knows a call as `function_call` only.
        package var usesLegacyForm: Bool
        package var finishReason: FinishReason
        package var tokens: ChoiceTokens
        package var details: TokenDetails

        package init(
            reasoning: String,
            content: String,
            calls: [ToolCall] = [],
            usesLegacyForm: Bool = false,
            finishReason: FinishReason,
            tokens: ChoiceTokens,
            details: TokenDetails = TokenDetails()
        ) {
            self.details = details
            self.reasoning = reasoning
            self.content = content
            self.calls = calls
            self.usesLegacyForm = usesLegacyForm
            self.finishReason = finishReason
            self.tokens = tokens
        }
    }

    package let identity: CompletionIdentity
    package let choices: [Choice]
    package let usage: Usage
    /// The first choice's, if they were asked for.
    package var promptLogprobs: [PromptLogprob]?
    private let thought: ThoughtDelivery

    /// - Precondition: There is at least one choice; they are in the order of their index.
    package init(
        identity: CompletionIdentity,
        choices: [Choice],
        usage: Usage,
        thought: ThoughtDelivery = .both
    ) {
        precondition(!choices.isEmpty, "a completion has a choice")
        self.identity = identity
        self.choices = choices
        self.usage = usage
        self.thought = thought
    }

    /// The bytes of the body.
    package var body: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Appends the body to `bytes`.
    package func append(to bytes: inout [UInt8]) {
        bytes.json("{")
        identity.append(object: "chat.completion", to: &bytes)
        bytes.json(#","choices":["#)
        for (index, choice) in choices.enumerated() {
            if index > 0 { bytes.json(",") }
            append(choice, index, to: &bytes)
        }
        bytes.json(#"],"usage":"#)
        usage.append(to: &bytes)
        if let promptLogprobs { PromptLogprob.append(promptLogprobs, to: &bytes) }
        bytes.json("}")
    }

    private func append(_ choice: Choice, _ index: Int, to bytes: inout [UInt8]) {
        bytes.json(#"{"index":"#)
        bytes.json(index)
        bytes.json(#","message":{"role":"assistant","content":"#)
        bytes.json(string: choice.calls.isEmpty || !choice.content.isEmpty ? choice.content : nil)
        bytes.json(#","refusal":null"#)
        append(choice.calls, isLegacy: choice.usesLegacyForm, to: &bytes)
        for name in choice.reasoning.isEmpty ? [] : thought.fieldNames {
            bytes.json(#",""#)
            bytes.json(name)
            bytes.json(#"":"#)
            bytes.json(string: choice.reasoning)
        }
        bytes.json(#"},"finish_reason":"#)
        bytes.json(string: choice.finishReason.rawValue)
        choice.details.append(to: &bytes)
        if choices.count > 1 {
            bytes.json(#","thinking":{"#)
            choice.tokens.append(to: &bytes)
            bytes.json("}")
        }
        bytes.json("}")
    }

    private func append(_ calls: [ToolCall], isLegacy: Bool, to bytes: inout [UInt8]) {
        guard let first = calls.first else { return }
        guard !isLegacy else {
            bytes.json(#","function_call":"#)
            first.appendFunction(to: &bytes)
            return
        }
        bytes.json(#","tool_calls":["#)
        for (index, call) in calls.enumerated() {
            if index > 0 { bytes.json(",") }
            call.append(to: &bytes)
        }
        bytes.json("]")
    }
}
