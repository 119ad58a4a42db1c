/// Why a choice ended. Client libraries know only OpenAI's words, so there are no others.
package enum FinishReason: String, Sendable {
    /// The model ended its turn, or a stop string came.
    case stop
    /// The limit of the completion or of the context was reached.
    case length
}
