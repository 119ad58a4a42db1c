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
    /// Guessed tokens behind each one of a decode, all of them right.
    var drafts = 0

    /// Tokens of each sequence.
    var tokensPerSequence: Int { tokens * (1 + drafts) }

    /// Tokens of all sequences together.
    var tokenCount: Int { batch * tokensPerSequence }

    /// Positions that each sequence needs.
    var length: Int { depth + tokensPerSequence }

    /// Tokens of one sequence that are computed in one pass.
    struct Part: Equatable, Sendable {
        var slot: Int
        var position: Int
        var count: Int
        /// Of these, the last ones that are guesses.
        var drafts = 0
        /// Whether a token is sampled after it.
        var isLast: Bool
    }

    /// What is computed together: one token of each sequence and its guesses in a decode, at most `passTokens` of prompts one after
    /// another in a prefill.
    func passes(passTokens: Int) -> [[Part]] {
        switch phase {
        case .decode:
            let count = 1 + drafts
            return (0..<tokens).map { step in
                (0..<batch).map {
                    Part(slot: $0, position: depth + step * count, count: count, drafts: drafts, isLast: true)
                }
            }
        case .prefill:
            var passes: [[Part]] = []
            var room = 0
            for slot in 0..<batch {
                var done = 0
                while done < tokens {
                    if room == 0 {
                        passes.append([])
                        room = passTokens
                    }
                    let count = min(room, tokens - done)
                    let isLast = done + count == tokens
                    passes[passes.count - 1].append(
                        Part(slot: slot, position: depth + done, count: count, isLast: isLast)
                    )
                    done += count
                    room -= count
                }
            }
            return passes
        }
    }
}
