/// One choice of one request on its way: its tokens, its gate and its text.
///
/// Pure: a token goes in, text and further tokens come out.
package struct DecodingSequence: Sendable {
    /// What one sampled token led to.
    package struct Progress: Sendable, Equatable {
        package var delta = OutputText.Delta()
        /// How many tokens became known, the sampled one included; none if the sequence has ended.
        package var newTokenCount = 0
        package var result: ChoiceResult?
    }

    package let request: RequestID
    package let choice: Int
    package let sampling: SamplingParameters
    /// Prompt and completion.
    package private(set) var tokens: [Int32]
    /// How many tokens were sampled; the position of the next draw.
    package private(set) var sampledCount = 0
    package private(set) var gate: ThinkingGate
    /// Tokens of the prompt that were not computed; known when the sequence starts.
    package var cachedTokens = 0
    private var text: OutputText
    /// Tokens since the last time that `takeUntold` gave something.
    private var untoldTokens = 0

    package init(_ id: RequestID, choice: Int, _ request: GenerationRequest) {
        self.request = id
        self.choice = choice
        sampling = request.sampling.forChoice(choice)
        tokens = request.prompt
        gate = ThinkingGate(startsThinking: request.startsThinking, limits: request.limits)
        text = OutputText(stops: request.stops)
    }

    /// What the choice has used so far.
    package func result(_ reason: ChoiceResult.FinishReason) -> ChoiceResult {
        ChoiceResult(finishReason: reason, gate: gate, cachedTokens: cachedTokens)
    }

    /// Takes the token that was sampled behind the last known one.
    package mutating func append(_ token: Int32, vocabulary: some TokenVocabulary) -> Progress {
        sampledCount += 1
        if vocabulary.isStop(token) {
            return ended(.stop, gate.sampledStopToken(), Progress())
        }
        tokens.append(token)
        return advance(gate.sampled(vocabulary.text(of: token)), sampledCount: 1)
    }

    /// Closes a thought for which there is no room, before the first token.
    package mutating func begin() -> Progress? { gate.begin().map { advance($0, sampledCount: 0) } }

    /// Carries out what a client asks of the thought; `nil` if there is none.
    package mutating func control(_ wish: ThinkingControl) -> Progress? {
        switch wish {
        case .end: gate.endThinking().map { advance($0, sampledCount: 0) }
        case .extend(let tokens): gate.extendThinking(by: tokens) ? Progress() : nil
        }
    }

    private mutating func advance(_ outcome: ThinkingGate.Outcome, sampledCount: Int) -> Progress {
        var progress = Progress()
        progress.delta = text.append(outcome.pieces)
        tokens.append(contentsOf: outcome.forcedTokens)
        progress.newTokenCount = sampledCount + outcome.forcedTokens.count
        if progress.delta.isStopped { return ended(.stop, gate.finish(), progress) }
        if gate.isAtCompletionLimit { return ended(.length, gate.finish(), progress) }
        return progress
    }

    /// What is to be told now: with new text at once, without it when many tokens have passed.
    package mutating func takeUntold(_ progress: Progress) -> ChoiceProgress? {
        untoldTokens += max(1, progress.newTokenCount)
        let delta = progress.delta
        guard !delta.isEmpty || untoldTokens >= ChoiceProgress.quietTokens else { return nil }
        untoldTokens = 0
        var told = ChoiceProgress(choice: choice)
        told.reasoning = delta.reasoning
        told.content = delta.content
        told.tokens = TokenCounts(gate)
        return told
    }

    private mutating func ended(
        _ reason: ChoiceResult.FinishReason,
        _ rest: [TagScanner.Piece],
        _ progress: Progress
    ) -> Progress {
        var progress = progress
        var reason = reason
        for delta in [text.append(rest), text.finish()] {
            progress.delta.reasoning += delta.reasoning
            progress.delta.content += delta.content
            // The text held back may be the rest of a stop string.
            if delta.isStopped { reason = .stop }
        }
        progress.newTokenCount = 0
        progress.result = result(reason)
        return progress
    }
}
