/// Why a choice ended. Client libraries know only OpenAI's words, so there are no others.
package enum FinishReason: String, Sendable, CaseIterable {
    /// The model ended its turn, or a stop string came.
    case stop
    /// The limit of the completion or of the context was reached.
    case length
    /// The model called tools.
    case toolCalls = "tool_calls"
    /// The model called a tool, and the client speaks the older form.
    case functionCall = "function_call"
}
