/// One choice of one request on its way: its tokens, its gate and its text.
///
/// Pure: a row of logits or a token goes in, text and further tokens come out.
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
    private let ending: EndingRules
    private let reporting: ReportOptions
    private var adjuster: LogitAdjuster
    private var text: OutputText
    /// What is to be told of the last drawn token.
    private var probabilities: LogProbabilities.Report?
    /// Tokens since the last time that `takeUntold` gave something.
    private var untoldTokens = 0
    private var untoldReports: [TokenReport] = []

    package init(_ id: RequestID, choice: Int, _ request: GenerationRequest) {
        self.request = id
        self.choice = choice
        sampling = request.sampling.forChoice(choice)
        tokens = request.prompt
        gate = ThinkingGate(startsThinking: request.startsThinking, limits: request.limits)
        ending = request.ending
        reporting = request.reports
        adjuster = LogitAdjuster(sampling, prompt: request.prompt)
        text = OutputText(stops: request.ending.strings, includesStop: request.ending.includesString)
    }

    /// What the choice has used so far.
    package func result(_ reason: ChoiceResult.FinishReason) -> ChoiceResult {
        ChoiceResult(finishReason: reason, gate: gate, cachedTokens: cachedTokens)
    }

    /// Closes a thought for which there is no room, before the first token.
    package mutating func begin(vocabulary: some TokenVocabulary) -> Progress? {
        gate.begin().map { advance($0, sampledCount: 0, vocabulary) }
    }

    /// Carries out what a client asks of the thought; `nil` if there is none.
    package mutating func control(_ wish: ThinkingControl, vocabulary: some TokenVocabulary) -> Progress? {
        switch wish {
        case .end: gate.endThinking().map { advance($0, sampledCount: 0, vocabulary) }
        case .extend(let tokens): gate.extendThinking(by: tokens) ? Progress() : nil
        }
    }

    /// What is to be told now: with new text at once, without it when many tokens have passed or the sequence has ended.
    package mutating func takeUntold(_ progress: Progress) -> ChoiceProgress? {
        untoldTokens += max(1, progress.newTokenCount)
        let delta = progress.delta
        let isOverdue = untoldTokens >= ChoiceProgress.quietTokens || progress.result != nil && !untoldReports.isEmpty
        guard !delta.isEmpty || isOverdue else { return nil }
        untoldTokens = 0
        var told = ChoiceProgress(choice: choice)
        told.reasoning = delta.reasoning
        told.content = delta.content
        told.tokens = TokenCounts(gate)
        told.reports = untoldReports
        untoldReports = []
        return told
    }

    // MARK: - Drawing

    /// Draws the next token from its row; `nil` if there is no number to choose by.
    package mutating func draw(
        _ logits: UnsafeBufferPointer<Float>,
        _ sampler: inout Sampler,
        vocabulary: some TokenVocabulary
    ) -> Int32? {
        let token = drawn(logits, &sampler, vocabulary)
        if let token, let count = reporting.alternatives {
            probabilities = LogProbabilities.report(logits, of: token, likeliest: count)
        }
        return token
    }

    private func drawn(
        _ logits: UnsafeBufferPointer<Float>,
        _ sampler: inout Sampler,
        _ vocabulary: some TokenVocabulary
    ) -> Int32? {
        let adjusts = !gate.isThinking && !adjuster.isIdle
        let mustGoOn = gate.completionTokens < ending.minTokens
        guard adjusts || mustGoOn else { return sampler.sample(logits, sampling, position: sampledCount) }
        return sampler.sample(logits, sampling, position: sampledCount) { row in
            if adjusts { adjuster.apply(to: row) }
            guard mustGoOn else { return }
            for token in ending.tokens where Int(token) < row.count { row[Int(token)] = -.infinity }
            for token in vocabulary.stopTokens where Int(token) < row.count { row[Int(token)] = -.infinity }
        }
    }

    // MARK: - Appending

    /// Takes the token that was sampled behind the last known one.
    package mutating func append(_ token: Int32, vocabulary: some TokenVocabulary) -> Progress {
        sampledCount += 1
        let isThought = gate.isThinking
        if let cause = stopCause(token, vocabulary) {
            report(.stop, token, vocabulary)
            return ended(.stop, cause, gate.sampledStopToken(), Progress())
        }
        report(isThought ? .thought : .answer, token, vocabulary)
        adjuster.record(token, isAnswer: !isThought)
        let heedsStops = gate.completionTokens >= ending.minTokens
        let bytes = reporting.showsSpecialTokens ? vocabulary.written(token) : vocabulary.text(of: token)
        tokens.append(token)
        return advance(gate.sampled(bytes), sampledCount: 1, heedingStops: heedsStops, vocabulary)
    }

    /// Takes what the gate made of a token, or of a wish.
    private mutating func advance(
        _ outcome: ThinkingGate.Outcome,
        sampledCount: Int,
        heedingStops heedsStops: Bool = true,
        _ vocabulary: some TokenVocabulary
    ) -> Progress {
        for forced in outcome.forcedTokens {
            report(.forced, forced, vocabulary)
            adjuster.record(forced, isAnswer: false)
        }
        var progress = Progress()
        progress.delta = text.append(outcome.pieces, heedingStops: heedsStops)
        tokens.append(contentsOf: outcome.forcedTokens)
        progress.newTokenCount = sampledCount + outcome.forcedTokens.count
        if progress.delta.isStopped { return ended(.stop, stringCause, gate.finish(), progress) }
        if gate.isAtCompletionLimit { return ended(.length, nil, gate.finish(), progress) }
        return progress
    }

    private func stopCause(_ token: Int32, _ vocabulary: some TokenVocabulary) -> StopCause? {
        if ending.tokens.contains(token) { return .token(token) }
        return !ending.ignoresModelStops && vocabulary.stopTokens.contains(token) ? .model : nil
    }

    private var stringCause: StopCause? { text.stopString.map(StopCause.string) }

    private mutating func report(_ origin: TokenReport.Origin, _ token: Int32, _ vocabulary: some TokenVocabulary) {
        guard reporting.reportsTokens || reporting.alternatives != nil else { return }
        var report = TokenReport(origin: origin, token: token, bytes: vocabulary.written(token))
        if origin != .forced, let probabilities {
            report.logProbability = probabilities.own
            report.alternatives = probabilities.likeliest.map {
                TokenReport.Candidate(token: $0.token, bytes: vocabulary.written($0.token), logProbability: $0.value)
            }
        }
        untoldReports.append(report)
    }

    private mutating func ended(
        _ reason: ChoiceResult.FinishReason,
        _ cause: StopCause?,
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
        var result = result(reason)
        result.stopCause = stringCause ?? cause
        progress.result = result
        return progress
    }
}
