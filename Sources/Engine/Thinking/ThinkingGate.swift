/// Decides after every sampled token whether the sequence goes on thinking, is closed from outside, or answers.
///
/// The bound is exact because it is a count of tokens that were sampled while thinking, taken where they are sampled:
/// batching, prompt chunks, preemption and streaming never pass through here.
package struct ThinkingGate: Sendable {
    /// What one token led to.
    package struct Outcome: Equatable, Sendable {
        /// Text in the order in which it was decided.
        package var pieces: [TagScanner.Piece] = []
        /// Tokens to append to the sequence without sampling them.
        package var forcedTokens: [Int32] = []
    }

    /// Tokens sampled inside thoughts, tags included.
    package private(set) var reasoningTokens = 0
    /// Tokens that were fed, not sampled.
    package private(set) var forcedTokens = 0
    /// Tokens sampled in the answer.
    package private(set) var answerTokens = 0
    /// Why the (last) thought ended; `nil` while there is none to speak of or it goes on.
    package private(set) var endedBy: ThinkingEnd?

    private var limits: ThinkingLimits
    private var scanner: TagScanner

    /// Begins behind the prompt.
    ///
    /// - Parameters:
    ///   - startsThinking: Whether the prompt ends inside an open `<think>`.
    ///   - promptTail: Its last bytes, in which a tag may have begun.
    ///   - limits: What bounds the thought.
    package init(startsThinking: Bool, behind promptTail: [UInt8] = [], limits: ThinkingLimits) {
        self.limits = limits
        scanner = TagScanner(channel: startsThinking ? .thought : .answer, behind: promptTail)
        endedBy = startsThinking ? nil : .disabled
    }

    /// All tokens behind the prompt.
    package var completionTokens: Int { reasoningTokens + forcedTokens + answerTokens }

    /// Whether no further token may be sampled.
    package var isAtCompletionLimit: Bool { completionTokens >= limits.completionLimit }

    /// Whether the next token is sampled inside a thought.
    package var isThinking: Bool { scanner.channel == .thought }

    /// Whether a token would open a thought that may not be: one was closed from outside, so what is left of the
    /// completion is the answer's, and closing another thought would only take from it.
    package func forbids(_ bytes: [UInt8]) -> Bool {
        guard scanner.channel == .answer, let endedBy, ThinkingGate.ends.contains(endedBy) else { return false }
        var probe = scanner
        return probe.feed(bytes).contains(.opened)
    }

    /// The ways in which a thought is closed from outside.
    private static let ends: Set<ThinkingEnd> = [.budget, .reserve, .credits, .control]

    /// The most tokens that may be sampled while thinking; `nil` is no bound.
    package var budget: Int? { limits.budget }

    /// Decides before the first token: a prompt may end inside a thought for which there is no room.
    package mutating func begin() -> Outcome? {
        guard isThinking, limits.budget == 0 || !limits.leavesRoomToThink else { return nil }
        return closed(because: limits.budget == 0 ? limits.budgetEnd : .reserve)
    }

    /// Ends the thought because the client wants its answer; `nil` if there is none.
    package mutating func endThinking() -> Outcome? { isThinking ? closed(because: .control) : nil }

    /// Raises the budget of a thought that goes on.
    ///
    /// - Parameters:
    ///   - tokens: By how much, at most to the ceiling.
    ///   - bound: What the thought may take in all, grace included; `nil` is anything.
    ///   - end: What a thought that reaches the new budget is ended by.
    /// - Returns: Whether there is a thought.
    package mutating func extendThinking(by tokens: Int, bound: Int? = nil, end: ThinkingEnd = .budget) -> Bool {
        guard isThinking else { return false }
        if let budget = limits.budget {
            let (sum, overflows) = budget.addingReportingOverflow(tokens)
            let affordable = bound.map { $0 - limits.graceTokens } ?? .max
            let wanted = min(overflows ? .max : sum, limits.budgetCeiling ?? .max)
            limits.budget = max(budget, min(wanted, affordable))
            limits.budgetEnd = affordable < wanted ? end : .budget
        }
        return true
    }

    /// Counts a sampled token, whose text may end inside a character or a tag, and decides.
    package mutating func sampled(_ bytes: [UInt8]) -> Outcome {
        count()
        var outcome = Outcome(pieces: feed(bytes))
        if scanner.channel == .thought, let reason = reasonToClose(after: bytes) {
            close(because: reason, &outcome)
        }
        return outcome
    }

    /// Counts a token of an answer in which tags are text like all other.
    package mutating func sampledLiterally(_ bytes: [UInt8]) -> Outcome {
        count()
        return Outcome(pieces: [.bytes(.answer, bytes)])
    }

    /// Gives up what is held back: from here on, tags are text like all other.
    package mutating func endTags() -> [TagScanner.Piece] { scanner.flush() }

    /// Counts a stop token, which ends the sequence in whichever phase it is, and returns the text held back.
    package mutating func sampledStopToken() -> [TagScanner.Piece] {
        count()
        if scanner.channel == .thought { endedBy = endedBy == .disabled ? .disabled : .natural }
        return scanner.flush()
    }

    /// Ends the sequence from outside, at its completion limit or at a stop string; returns the text held back.
    package mutating func finish() -> [TagScanner.Piece] {
        if scanner.channel == .thought, endedBy == nil { endedBy = .length }
        return scanner.flush()
    }

    private mutating func count() {
        if scanner.channel == .thought { reasoningTokens += 1 } else { answerTokens += 1 }
    }

    private mutating func feed(_ bytes: [UInt8]) -> [TagScanner.Piece] {
        let pieces = scanner.feed(bytes)
        // A sequence that was asked not to think stays "disabled" whatever tags it writes.
        for piece in pieces where endedBy != .disabled {
            switch piece {
            case .opened: endedBy = nil
            case .closed: endedBy = .natural
            case .toolCall: endedBy = .toolCall
            case .bytes, .stray: break
            }
        }
        return pieces
    }

    private func reasonToClose(after bytes: [UInt8]) -> ThinkingEnd? {
        if let budget = effectiveBudget, reasoningTokens >= budget {
            let isLineEnd = bytes.contains(UInt8(ascii: "\n"))
            if isLineEnd || reasoningTokens - budget >= graceTokens { return limits.budgetEnd }
        }
        let neededLater = limits.closing.maxTokenCount + limits.minAnswerTokens
        return completionTokens + 1 + neededLater > limits.completionLimit ? .reserve : nil
    }

    /// A sequence that was asked not to think has no budget for a thought it opens all the same.
    private var effectiveBudget: Int? { endedBy == .disabled ? 0 : limits.budget }
    private var graceTokens: Int { endedBy == .disabled ? 0 : limits.graceTokens }

    private mutating func closed(because reason: ThinkingEnd) -> Outcome {
        var outcome = Outcome()
        close(because: reason, &outcome)
        return outcome
    }

    private mutating func close(because reason: ThinkingEnd, _ outcome: inout Outcome) {
        let variant = limits.closing.variants[scanner.closingTagPrefix]
        // Only a thought that was opened inside the answer can be this short of room.
        let room = limits.completionLimit - completionTokens
        outcome.forcedTokens = Array(variant.tokens.prefix(room))
        forcedTokens += outcome.forcedTokens.count
        outcome.pieces += scanner.close()
        if !variant.thought.isEmpty { outcome.pieces.append(.bytes(.thought, variant.thought)) }
        outcome.pieces.append(.closed)
        outcome.pieces += scanner.feed(variant.answer)
        if endedBy != .disabled { endedBy = reason }
    }
}
