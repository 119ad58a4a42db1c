/// Why a thought ended, in the words of the usage report (DESIGN section 4).
package enum ThinkingEnding: String, Sendable, CaseIterable {
    /// The model closed its thought, or ended its turn inside it.
    case natural
    /// `max_think_tokens` was reached.
    case budget
    /// The rest of the completion belongs to the answer.
    case reserve
    /// The account's thinking credits were used up.
    case credits
    /// The client asked for the answer while the model was thinking.
    case control
    /// The request ran out of tokens while thinking.
    case length
    /// The model began a tool call inside its thought.
    case toolCall = "tool_call"
    /// There was no thought.
    case disabled
}
