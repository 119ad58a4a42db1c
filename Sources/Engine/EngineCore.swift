import NemotronH

/// Carries requests through steps: schedule, forward, sample, gate, text. Confined to one thread, but knows of none.
package final class EngineCore<Vocabulary: TokenVocabulary> {
    /// Where a request's events go.
    package typealias Sink = @Sendable (GenerationEvent) -> Void

    private struct Running {
        var openSequences: [SequenceID]
        /// Of the choices that have ended.
        var results: [Int: ChoiceResult] = [:]
        let choiceCount: Int
        var tally: EngineTally
        /// On the core's clock.
        let deadline: Double
        let sink: Sink
    }

    private let runner: any SequenceRunner
    private let vocabulary: Vocabulary
    private var scheduler: Scheduler
    private var pacer: PromptPacer
    private var costs = CostMeter()
    private var speculation: Speculation
    /// A clock that only goes forward, seconds.
    private let now: () -> Double
    private var sampler = Sampler()
    private var matchers = MatcherPool()
    private var sequences: [SequenceID: DecodingSequence] = [:]
    private var requests: [RequestID: Running] = [:]
    private var nextSequence = 0
    private var totals = EngineStatistics()
    /// What the requests that have ended took.
    package let ended = EndedTally()

    /// - Parameters:
    ///   - runner: The model.
    ///   - vocabulary: What its tokens are.
    ///   - settings: What may be handed out.
    ///   - pacer: Decides how long prompts may hold up answers.
    ///   - speculativeRows: Up to how many tokens a step of answers is filled with guesses; 0 guesses nothing.
    ///   - now: Seconds on a clock that only goes forward.
    package init(
        runner: any SequenceRunner,
        vocabulary: Vocabulary,
        settings: SchedulerSettings,
        pacer: PromptPacer,
        speculativeRows: Int = 0,
        now: @escaping () -> Double
    ) {
        self.runner = runner
        self.vocabulary = vocabulary
        self.pacer = pacer
        speculation = Speculation(rowCount: speculativeRows)
        self.now = now
        scheduler = Scheduler(settings: settings)
    }

    package var hasWork: Bool { !requests.isEmpty }

    /// How many requests have not ended.
    package var requestCount: Int { requests.count }

    /// What it holds and has done.
    package var statistics: EngineStatistics {
        var result = totals
        result.runningSequences = scheduler.runningCount
        result.waitingSequences = scheduler.waitingCount
        result.usedBlocks = scheduler.blocks.usedCount
        result.cachedBlocks = scheduler.blocks.cachedOnlyCount
        result.blockCount = scheduler.blocks.count
        result.snapshots = scheduler.prefixes.snapshotCount
        result.snapshotCount = scheduler.prefixes.slotCount
        return result
    }

    /// Takes a request; it joins the batch at the next step. One that cannot begin in its client's time fails at once.
    ///
    /// - Precondition: The id is new and the request fits the scheduler's capacity.
    package func submit(_ id: RequestID, _ request: GenerationRequest, sink: @escaping Sink) {
        let demand = request.demand
        let patience = request.patience.map { $0 / .seconds(1) } ?? .infinity
        if let failure = unreachableDeadline(demand, patience: patience) {
            totals.expiredRequests += 1
            sink(.failed(failure, []))
            return
        }
        var ids: [SequenceID] = []
        for choice in 0..<request.choiceCount {
            let sequence = SequenceID(nextSequence)
            nextSequence += 1
            let cursor = request.constraint.map { ConstraintCursor($0, matchers.matcher(for: $0)) }
            sequences[sequence] = DecodingSequence(id, choice: choice, request, constraint: cursor)
            scheduler.add(sequence, demand)
            ids.append(sequence)
        }
        requests[id] = Running(
            openSequences: ids,
            choiceCount: request.choiceCount,
            tally: EngineTally(requests: request.isCounted ? 1 : 0, promptTokens: request.prompt.count),
            deadline: now() + patience,
            sink: sink
        )
        sink(.accepted)
        for sequence in ids {
            let knownCount = sequences[sequence]?.tokens.count ?? 0
            guard let progress = sequences[sequence]?.begin(vocabulary: vocabulary) else { continue }
            countForced(since: knownCount, of: sequence)
            tell(progress, of: sequence)
        }
    }

    /// Carries out a client's wish for all choices that have not ended; `nil` if the request has.
    package func control(_ id: RequestID, _ wish: ThinkingControl) -> [ControlledChoice]? {
        requests[id]?.openSequences.compactMap { sequence in
            let knownCount = sequences[sequence]?.tokens.count ?? 0
            let progress = sequences[sequence]?.control(wish, vocabulary: vocabulary)
            countForced(since: knownCount, of: sequence)
            guard let state = sequences[sequence] else { return nil }
            if let progress { tell(progress, of: sequence) }
            return ControlledChoice(
                choice: state.choice,
                isApplied: progress != nil,
                isThinking: state.gate.isThinking,
                budget: state.gate.budget,
                reasoningTokens: state.gate.reasoningTokens
            )
        }
    }

    /// How many tokens of a request's prompt would not be computed if it came now.
    package func cachedTokens(of request: GenerationRequest) -> Int {
        request.prompt.count - scheduler.uncachedCount(request.demand)
    }

    /// What is certain to be computed before the first token takes longer than the client waits, at the best of rates.
    private func unreachableDeadline(_ demand: SequenceDemand, patience: Double) -> EngineFailure? {
        guard patience < .infinity, let rate = costs.secondsPerPromptToken else { return nil }
        let own = Double(scheduler.uncachedCount(demand)) * rate
        let needed = own + Double(scheduler.promptBacklog(of: demand.share)) * rate
        guard needed > patience else { return nil }
        return .deadlineUnreachable(neededSeconds: needed, ownSeconds: own)
    }

    /// Ends the requests whose time is over.
    private func expire() {
        let time = now()
        for (id, request) in requests where request.deadline <= time {
            totals.expiredRequests += 1
            fail(id, .deadlineExceeded)
        }
    }

    /// Lets a request rest, because its reader does not keep up, or go on; unknown ids have ended already.
    package func setPaused(_ isPaused: Bool, _ id: RequestID) {
        for sequence in requests[id]?.openSequences ?? [] {
            if isPaused { scheduler.pause(sequence) } else { scheduler.resume(sequence) }
        }
    }

    /// Stops a request at once; unknown ids have ended already.
    package func cancel(_ id: RequestID) {
        guard let request = requests[id] else { return }
        let results = results(of: request)
        forget(id)
        request.sink(.cancelled(results))
    }

    /// Ends every request with an error.
    package func failAll(_ failure: EngineFailure) {
        for id in Array(requests.keys) { fail(id, failure) }
    }

    /// Computes one step for all sequences that the plan chose.
    ///
    /// - Returns: Whether there was anything to compute; not if all that is left has been paused.
    @discardableResult
    package func step() -> Bool {
        expire()
        let start = now()
        let plan = nextPlan()
        carryOut(plan.operations)
        for start in plan.starts {
            sequences[start.sequence]?.cachedTokens = start.cachedTokens
            if let sequence = sequences[start.sequence], sequence.choice == 0 {
                requests[sequence.request]?.tally.cachedTokens = start.cachedTokens
            }
            totals.cachedPromptTokens += start.cachedTokens
        }
        totals.savedPreemptions += plan.savedCount
        totals.recomputedPreemptions += plan.preempted.count - plan.savedCount
        guard !plan.chunks.isEmpty else { return false }
        do {
            let forwardStart = now()
            let logits = try runner.forward(plan.chunks.compactMap(chunk))
            costs.recordPrompt(tokens: plan.promptTokenCount, seconds: now() - forwardStart)
            sample(plan, logits)
            record(plan, seconds: now() - start)
        } catch {
            for chunk in plan.chunks {
                if let id = sequences[chunk.sequence]?.request { fail(id, .device(String(describing: error))) }
            }
        }
        return true
    }

    private func nextPlan() -> StepPlan {
        let guesses = speculation.guess(for: scheduler.decodingSequences) { sequences[$0]?.tokens ?? [] }
        let rowCount = scheduler.answerCount + guesses.values.reduce(0, +)
        let limit = pacer.limit(answerCount: rowCount)
        let plan = scheduler.plan(promptLimit: limit, savingCost: costs.savingCost, guesses: guesses)
        // An answer that waits for memory which an older prompt holds must not keep that prompt from going on.
        guard plan.chunks.isEmpty else { return plan }
        var next = scheduler.plan(savingCost: costs.savingCost)
        next.operations = plan.operations + next.operations
        next.starts = plan.starts + next.starts
        next.preempted = plan.preempted + next.preempted
        next.savedCount += plan.savedCount
        return next
    }

    private func carryOut(_ operations: [StateOperation]) {
        for operation in operations {
            switch operation {
            case .clear(let slot): runner.resetSlot(slot)
            case .copy(let source, let target):
                let start = now()
                runner.copySlot(source, to: target)
                costs.recordCopy(seconds: now() - start)
            }
        }
    }

    private func record(_ plan: StepPlan, seconds: Double) {
        let promptTokens = plan.promptTokenCount
        let rowCount = plan.chunks.prefix(plan.answerCount).reduce(0) { $0 + 1 + $1.draftCount }
        pacer.record(answerCount: rowCount, promptTokens: promptTokens, seconds: seconds)
        totals.steps += 1
        totals.promptTokens += promptTokens
    }

    private func chunk(_ chunk: StepPlan.Chunk) -> SequenceChunk? {
        guard let sequence = sequences[chunk.sequence] else { return nil }
        return SequenceChunk(
            slot: chunk.slot,
            position: chunk.tokens.lowerBound,
            tokens: Array(sequence.tokens[chunk.tokens]) + speculation.guess(chunk),
            draftCount: chunk.draftCount,
            blockTable: chunk.blocks,
            logitRows: chunk.logitRows
        )
    }

    /// Draws the next tokens of all sequences that have caught up.
    private func sample(_ plan: StepPlan, _ logits: UnsafeBufferPointer<Float>) {
        var acceptances: [NemotronHRunner.Acceptance] = []
        var row = 0
        for chunk in plan.chunks where chunk.logitRows > 0 {
            let rows = (row..<(row + chunk.logitRows)).map { row in
                let start = row * runner.vocabularySize
                return UnsafeBufferPointer(rebasing: logits[start..<(start + runner.vocabularySize)])
            }
            row += chunk.logitRows
            if chunk.tellsPrompt {
                sequences[chunk.sequence]?.reportPrompt(rows, at: chunk.tokens, vocabulary: vocabulary)
                guard chunk.isComplete else { continue }
            }
            let accepted = sample(chunk, rows.suffix(1 + chunk.draftCount))
            speculation.record(chunk, accepted: accepted)
            totals.draftedTokens += chunk.draftCount
            totals.acceptedTokens += accepted
            guard accepted > 0, sequences[chunk.sequence] != nil else { continue }
            scheduler.accept(chunk.sequence, count: accepted)
            acceptances.append(NemotronHRunner.Acceptance(slot: chunk.slot, count: accepted))
        }
        if !acceptances.isEmpty { runner.accept(acceptances) }
    }

    /// Draws a sequence's next token, and the one behind each guess that is what was drawn.
    ///
    /// - Returns: How many guesses were right.
    private func sample(_ chunk: StepPlan.Chunk, _ rows: ArraySlice<UnsafeBufferPointer<Float>>) -> Int {
        let guess = speculation.guess(chunk)
        for (index, logits) in rows.enumerated() {
            guard let drawn = sample(chunk.sequence, logits) else { return index }
            let isRight = index < guess.count && guess[guess.startIndex + index] == drawn.token
            // Behind a token that others were forced after, the guess went on without them.
            if !isRight || drawn.newCount > 1 { return isRight ? index + 1 : index }
        }
        return guess.count
    }

    /// - Returns: The token and how many tokens became known by it; `nil` if the sequence has ended.
    private func sample(_ id: SequenceID, _ logits: UnsafeBufferPointer<Float>) -> (token: Int32, newCount: Int)? {
        // Only fields are taken out: a second reference to the tokens would make appending copy them all.
        guard let request = sequences[id]?.request, let isThinking = sequences[id]?.gate.isThinking,
            let knownCount = sequences[id]?.tokens.count
        else { return nil }
        guard let token = sequences[id]?.draw(logits, &sampler, vocabulary: vocabulary) else {
            fail(request, .noFiniteLogits)
            return nil
        }
        guard let progress = sequences[id]?.append(token, vocabulary: vocabulary) else { return nil }
        totals.generatedTokens += 1
        requests[request]?.tally.countDraw(isThinking: isThinking)
        // The drawn token itself is among the known ones, unless it ends a turn.
        countForced(since: knownCount + 1, of: id)
        tell(progress, of: id)
        return progress.result == nil ? (token, progress.newTokenCount) : nil
    }

    /// Counts the tokens of a sequence beyond those that were known and drawn.
    private func countForced(since knownCount: Int, of id: SequenceID) {
        guard let sequence = sequences[id], sequence.tokens.count > knownCount else { return }
        requests[sequence.request]?.tally.countForced(sequence.tokens.count - knownCount)
    }

    /// Makes new tokens known to the scheduler, and text and the end to the client.
    private func tell(_ progress: DecodingSequence.Progress, of id: SequenceID) {
        guard let request = sequences[id]?.request, let choice = sequences[id]?.choice else { return }
        scheduler.extend(id, by: progress.newTokenCount)
        let sink = requests[request]?.sink
        if let told = sequences[id]?.takeUntold(progress) { sink?(.progressed(told)) }
        guard let result = progress.result else { return }
        requests[request]?.results[choice] = result
        sink?(.choiceEnded(choice: choice, result))
        end(id, of: request)
    }

    private func end(_ sequence: SequenceID, of id: RequestID) {
        scheduler.remove(sequence)
        speculation.forget(sequence)
        sequences[sequence] = nil
        requests[id]?.openSequences.removeAll { $0 == sequence }
        guard let request = requests[id], request.openSequences.isEmpty else { return }
        requests[id] = nil
        ended.add(request.tally)
        request.sink(.completed)
    }

    private func fail(_ id: RequestID, _ failure: EngineFailure) {
        guard let request = requests[id] else { return }
        let results = results(of: request)
        forget(id)
        request.sink(.failed(failure, results))
    }

    /// What every choice has used so far.
    private func results(of request: Running) -> [ChoiceResult] {
        var results = request.results
        for id in request.openSequences {
            guard let sequence = sequences[id] else { continue }
            var result = sequence.result(.stop)
            result.promptTokens = scheduler.coveredPromptCount(of: id)
            results[sequence.choice] = result
        }
        return (0..<request.choiceCount).compactMap { results[$0] }
    }

    /// Drops what has not ended of a request; what was not computed of its prompt is not counted.
    private func forget(_ id: RequestID) {
        if let request = requests[id], request.openSequences.count == request.choiceCount {
            let covered = request.openSequences.map { scheduler.coveredPromptCount(of: $0) }
            requests[id]?.tally.promptTokens = covered.max() ?? 0
        }
        for sequence in requests[id]?.openSequences ?? [] {
            scheduler.remove(sequence)
            speculation.forget(sequence)
            sequences[sequence] = nil
        }
        if let request = requests.removeValue(forKey: id) { ended.add(request.tally) }
    }
}
