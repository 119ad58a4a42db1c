/// Why a thought ended.
package enum ThinkingEnd: Sendable {
    /// The model closed its thought, or ended its turn inside it.
    case natural
    /// `max_think_tokens` was reached.
    case budget
    /// The rest of `max_completion_tokens` belongs to the answer.
    case reserve
    /// The account's thinking credits were used up.
    case credits
    /// The client asked for the answer.
    case control
    /// The request ran out of tokens while thinking.
    case length
    /// The model began a tool call inside its thought.
    case toolCall
    /// There was no thought.
    case disabled
}
