/// What the engine tells about a request, in order; after `completed`, `cancelled` or `failed` nothing follows.
package enum GenerationEvent: Sendable, Equatable {
    /// The engine has taken the request.
    case accepted
    /// What one choice brought since the last time.
    case progressed(ChoiceProgress)
    /// One choice has ended.
    case choiceEnded(choice: Int, ChoiceResult)
    /// All choices have ended.
    case completed
    /// The request was cancelled; what every choice had used until then, in their order, ended ones among them.
    case cancelled([ChoiceResult])
    /// The engine could not go on with this request; what every choice had used, nothing if none was queued.
    case failed(EngineFailure, [ChoiceResult])

    /// Whether nothing follows.
    package var isLast: Bool {
        switch self {
        case .completed, .cancelled, .failed: true
        case .accepted, .progressed, .choiceEnded: false
        }
    }
}

/// Why a choice ended, and what it used.
package struct ChoiceResult: Sendable, Equatable {
    /// Whether the choice came to its own end.
    package enum FinishReason: Sendable {
        case stop
        case length
    }

    package var finishReason: FinishReason
    /// What ended it; `nil` at a limit.
    package var stopCause: StopCause?
    package var tokens: TokenCounts
    /// Tokens of the prompt that were computed or remembered: all of them, unless it broke off before.
    package var promptTokens: Int
    /// Tokens of the prompt that were not computed for this choice.
    package var cachedTokens: Int
    package var thinkingEndedBy: ThinkingEnd
    /// The budget that held in the end, which a client may have extended.
    package var thinkingBudget: Int?

    package var reasoningTokens: Int { tokens.reasoning }
    package var forcedTokens: Int { tokens.forced }
    package var answerTokens: Int { tokens.answer }
    package var completionTokens: Int { tokens.completion }

    package init(finishReason: FinishReason, gate: ThinkingGate, promptTokens: Int, cachedTokens: Int) {
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.finishReason = finishReason
        tokens = TokenCounts(gate)
        thinkingEndedBy = gate.endedBy ?? .length
        thinkingBudget = gate.budget
    }
}

/// Why the engine gave up on a request it had accepted.
package enum EngineFailure: Error, Sendable, Equatable {
    /// The model returned no number to choose a token by.
    case noFiniteLogits
    /// The forward pass failed.
    case device(String)
    /// The client's time was over before the answer was complete.
    case deadlineExceeded
    /// The answer cannot begin within the client's time: it takes `neededSeconds` at the least, of which the request's own
    /// prompt takes `ownSeconds`.
    case deadlineUnreachable(neededSeconds: Double, ownSeconds: Double)
    /// The server is going down and the request did not end in time.
    case shuttingDown
}

/// Why the engine did not accept a request; nothing was spent.
package enum EngineRefusal: Error, Sendable, Equatable {
    /// The queue is as long as the settings allow.
    case queueFull(limit: Int)
    /// The prompts in the queue are as long together as the settings allow.
    case queueFullOfTokens(limit: Int)
    /// Prompt and completion need more tokens of memory than the engine has in all.
    case doesNotFit(neededTokens: Int, availableTokens: Int)
    /// The engine takes no new requests.
    case draining
}
