/// One measurement: what is computed, and how often.
struct EngineBenchCase: Equatable, Sendable {
    /// Reading prompts or writing answers.
    enum Phase: String, Sendable {
        case decode
        case prefill
    }

    var phase: Phase
    /// Sequences at a time.
    var batch: Int
    /// Tokens that each sequence had before.
    var depth: Int
    /// Steps of a decode, or tokens of each prompt.
    var tokens: Int

    /// Tokens of all sequences together.
    var tokenCount: Int { batch * tokens }

    /// Positions that each sequence needs.
    var length: Int { depth + tokens }
}
