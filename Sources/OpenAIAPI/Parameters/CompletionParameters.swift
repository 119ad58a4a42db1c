import OrderedJSON

/// The declared fields of `POST /v1/completions`: those of a chat, with a prompt instead of a conversation.
enum CompletionParameters {
    /// The most prompts of one request.
    static let maxPromptCount = 128

    static func body(vocabularySize: Int) -> ParameterTable {
        let token = ParameterKind.integer(0...Int64(vocabularySize - 1))
        let several = ParameterKind.oneOf([.string(), token, .list(token, count: 1...Int.max)])
        return shared.replacing([
            .built("prompt", .oneOf([.string(), .list(several, count: 1...Int.max)]), required: true)
        ])
    }

    private static let shared = ChatParameters.completion
        .removing([
            "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call", "add_generation_prompt",
            "continue_final_message", "top_logprobs", "include_reasoning", "reasoning_field", "reasoning_format",
            "separate_reasoning",
        ])
        .replacing([
            .misplaced("messages", "conversations are answered by /v1/chat/completions; send a 'prompt' here."),
            .built("echo", .boolean),
            .built("add_special_tokens", .boolean),
            .built("best_of", .integer(1...128)),
            .notBuilt("suffix", neutral: [""]),
            .built("logprobs", .integer(0...SamplingParameterTable.maxAlternatives)),
        ])
}
