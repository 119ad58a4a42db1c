import Grammar

/// One choice of one request on its way: its tokens, its gate and its text.
///
/// Pure: a row of logits or a token goes in, text and further tokens come out.
package struct DecodingSequence {
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
    private let promptCount: Int
    private let ending: EndingRules
    private let reporting: ReportOptions
    private var adjuster: LogitAdjuster
    private var text: OutputText
    private var constraint: ConstraintCursor?
    private var forbidden: ForbiddenTexts?
    /// What is to be told of the last drawn token.
    private var probabilities: LogProbabilities.Report?
    /// Tokens since the last time that `takeUntold` gave something.
    private var untoldTokens = 0
    private var untoldReports: [TokenReport] = []
    /// How many tokens of the prompt are among the reports.
    private var reportedPromptTokens = 0

    package init(_ id: RequestID, choice: Int, _ request: GenerationRequest) {
        self.init(id, choice: choice, request, constraint: nil)
    }

    init(_ id: RequestID, choice: Int, _ request: GenerationRequest, constraint: ConstraintCursor?) {
        self.constraint = constraint
        self.request = id
        self.choice = choice
        sampling = request.sampling.forChoice(choice)
        tokens = request.prompt
        promptCount = request.prompt.count
        gate = ThinkingGate(
            startsThinking: request.startsThinking,
            behind: request.promptTail,
            limits: request.limits
        )
        ending = request.ending
        reporting = request.reports
        forbidden = ForbiddenTexts(request.sampling.forbiddenTexts)
        adjuster = LogitAdjuster(sampling, prompt: request.prompt)
        text = OutputText(stops: request.ending.strings, includesStop: request.ending.includesString)
    }

    /// What the choice has used so far.
    package func result(_ reason: ChoiceResult.FinishReason) -> ChoiceResult {
        ChoiceResult(finishReason: reason, gate: gate, promptTokens: promptCount, cachedTokens: cachedTokens)
    }

    /// Closes a thought for which there is no room, before the first token.
    package mutating func begin(vocabulary: some TokenVocabulary) -> Progress? {
        gate.begin().map { advance($0, sampledCount: 0, vocabulary) }
    }

    /// Carries out what a client asks of the thought; `nil` if there is none.
    package mutating func control(_ wish: ThinkingControl, vocabulary: some TokenVocabulary) -> Progress? {
        switch wish {
        case .look: gate.isThinking ? Progress() : nil
        case .end: gate.endThinking().map { advance($0, sampledCount: 0, vocabulary) }
        case .extend(let tokens, let bound, let end):
            gate.extendThinking(by: tokens, bound: bound, end: end) ? Progress() : nil
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
        told.cachedTokens = cachedTokens
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
        var banned: Set<Int32> = []
        // Where nothing says beforehand what may come, what may not is drawn again.
        while let token = drawn(logits, &sampler, vocabulary, banning: banned) {
            if admits(token, vocabulary) { return token }
            if banned.count == DecodingSequence.maxRedraws {
                banned = Set((0..<Int32(logits.count)).filter { !admits($0, vocabulary) })
                return drawn(logits, &sampler, vocabulary, banning: banned)
            }
            banned.insert(token)
        }
        return nil
    }

    private static let maxRedraws = 32

    private func drawn(
        _ logits: UnsafeBufferPointer<Float>,
        _ sampler: inout Sampler,
        _ vocabulary: some TokenVocabulary,
        banning banned: Set<Int32>
    ) -> Int32? {
        let adjusts = !gate.isThinking && !adjuster.isIdle
        // A bound answer has to come, so the turn does not end before it.
        let owesAnswer = gate.isThinking && (constraint?.isBound ?? false)
        let mustGoOn = owesAnswer || gate.completionTokens < ending.minTokens
        let mask = isBound ? constraint?.mask(stopTokens: vocabulary.stopTokens.union(ending.tokens)) : nil
        guard adjusts || mustGoOn || mask != nil || !banned.isEmpty else {
            return sampler.sample(logits, sampling, position: sampledCount)
        }
        return sampler.sample(logits, sampling, position: sampledCount) { row in
            if adjusts { adjuster.apply(to: row) }
            if mustGoOn {
                for token in ending.tokens where Int(token) < row.count { row[Int(token)] = -.infinity }
                for token in vocabulary.stopTokens where Int(token) < row.count { row[Int(token)] = -.infinity }
            }
            for token in banned { row[Int(token)] = -.infinity }
            mask?.apply(to: row)
        }
    }

    // MARK: - Constraint

    /// Whether the next token is one of those that the constraint names.
    private var isBound: Bool { !gate.isThinking && (constraint?.isBound ?? false) }

    /// Whether what an answer may be is watched token by token.
    private var isWatched: Bool { constraint != nil || forbidden != nil }

    /// Whether a token that is drawn freely may come: it opens no thought after the last one was closed from outside,
    /// leaves the constraint unbroken, though it may end a thought or begin what is bound, and completes no forbidden text.
    private func admits(_ token: Int32, _ vocabulary: some TokenVocabulary) -> Bool {
        guard !isBound, stopCause(token, vocabulary) == nil else { return true }
        if gate.forbids(bytes(of: token, vocabulary)) { return false }
        guard isWatched else { return true }
        var probe = self
        return probe.follow(bytes(of: token, vocabulary)).isAdmitted
    }

    private func bytes(of token: Int32, _ vocabulary: some TokenVocabulary) -> [UInt8] {
        reporting.showsSpecialTokens ? vocabulary.written(token) : vocabulary.text(of: token)
    }

    /// Lets the gate decide over a token's bytes, and the constraint follow those of the answer.
    private mutating func follow(_ bytes: [UInt8]) -> (outcome: ThinkingGate.Outcome, isAdmitted: Bool) {
        guard !isBound else {
            return (gate.sampledLiterally(bytes), constraint?.take(bytes) ?? true)
        }
        var outcome = gate.sampled(bytes)
        guard isWatched else { return (outcome, true) }
        var isAdmitted = takeAnswer(of: outcome.pieces)
        if isBound {
            let rest = gate.endTags()
            outcome.pieces += rest
            isAdmitted = takeAnswer(of: rest) && isAdmitted
        }
        return (outcome, isAdmitted)
    }

    private mutating func takeAnswer(of pieces: [TagScanner.Piece]) -> Bool {
        for case .bytes(.answer, let bytes) in pieces {
            guard constraint?.take(bytes) ?? true, forbidden?.take(bytes) ?? true else { return false }
        }
        return true
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
        tokens.append(token)
        let outcome = follow(bytes(of: token, vocabulary)).outcome
        return advance(outcome, sampledCount: 1, heedingStops: heedsStops, vocabulary)
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
        if constraint?.isFinished ?? false { return ended(.stop, .model, gate.finish(), progress) }
        let repeats = heedsStops && ending.repetition?.isBroken(by: tokens[promptCount...]) ?? false
        if gate.isAtCompletionLimit || repeats { return ended(.length, nil, gate.finish(), progress) }
        return progress
    }

    // MARK: - Reports

    /// Notes how likely the prompt's tokens were, each by the logits behind the one before it.
    ///
    /// - Parameters:
    ///   - rows: The logits behind the tokens at `places`; what was computed again has been told already.
    ///   - places: Which of the sequence's tokens.
    ///   - vocabulary: What the tokens are.
    mutating func reportPrompt(
        _ rows: [UnsafeBufferPointer<Float>],
        at places: Range<Int>,
        vocabulary: some TokenVocabulary
    ) {
        guard let count = reporting.promptAlternatives else { return }
        if reportedPromptTokens == 0 {
            untoldReports.append(TokenReport(origin: .prompt, token: tokens[0], bytes: vocabulary.written(tokens[0])))
            reportedPromptTokens = 1
        }
        for (place, row) in zip(places, rows) where place + 1 == reportedPromptTokens && place + 1 < promptCount {
            let token = tokens[place + 1]
            let probabilities = LogProbabilities.report(row, of: token, likeliest: count)
            var report = TokenReport(origin: .prompt, token: token, bytes: vocabulary.written(token))
            report.add(probabilities, vocabulary)
            report.rank = 1 + row.count { $0 > row[Int(token)] }
            untoldReports.append(report)
            reportedPromptTokens += 1
        }
    }

    private func stopCause(_ token: Int32, _ vocabulary: some TokenVocabulary) -> StopCause? {
        if ending.tokens.contains(token) { return .token(token) }
        return !ending.ignoresModelStops && vocabulary.stopTokens.contains(token) ? .model : nil
    }

    private var stringCause: StopCause? { text.stopString.map(StopCause.string) }

    private mutating func report(_ origin: TokenReport.Origin, _ token: Int32, _ vocabulary: some TokenVocabulary) {
        guard reporting.reportsTokens || reporting.alternatives != nil else { return }
        var report = TokenReport(origin: origin, token: token, bytes: vocabulary.written(token))
        if origin != .forced, let probabilities { report.add(probabilities, vocabulary) }
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

extension TokenReport {
    /// Adds what is known of a token's probability.
    fileprivate mutating func add(_ probabilities: LogProbabilities.Report, _ vocabulary: some TokenVocabulary) {
        logProbability = probabilities.own
        alternatives = probabilities.likeliest.map {
            Candidate(token: $0.token, bytes: vocabulary.written($0.token), logProbability: $0.value)
        }
    }
}
