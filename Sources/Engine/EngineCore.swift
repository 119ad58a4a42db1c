import NemotronH

/// Carries requests through steps: schedule, forward, sample, gate, text. Confined to one thread, but knows of none.
package final class EngineCore<Vocabulary: TokenVocabulary> {
    /// Where a request's events go.
    package typealias Sink = @Sendable (GenerationEvent) -> Void

    private struct Running {
        var openSequences: [SequenceID]
        let sink: Sink
    }

    private let runner: any SequenceRunner
    private let vocabulary: Vocabulary
    private var scheduler: Scheduler
    private var pacer: PromptPacer
    /// A clock that only goes forward, seconds.
    private let now: () -> Double
    private var sampler = Sampler()
    private var sequences: [SequenceID: DecodingSequence] = [:]
    private var requests: [RequestID: Running] = [:]
    private var nextSequence = 0

    /// - Parameters:
    ///   - runner: The model.
    ///   - vocabulary: What its tokens are.
    ///   - settings: What may be handed out.
    ///   - pacer: Decides how long prompts may hold up answers.
    ///   - now: Seconds on a clock that only goes forward.
    package init(
        runner: any SequenceRunner,
        vocabulary: Vocabulary,
        settings: SchedulerSettings,
        pacer: PromptPacer,
        now: @escaping () -> Double
    ) {
        self.runner = runner
        self.vocabulary = vocabulary
        self.pacer = pacer
        self.now = now
        scheduler = Scheduler(settings: settings)
    }

    package var hasWork: Bool { !requests.isEmpty }

    /// How many requests have not ended.
    package var requestCount: Int { requests.count }

    /// Takes a request; it joins the batch at the next step.
    ///
    /// - Precondition: The id is new and the request fits the scheduler's capacity.
    package func submit(_ id: RequestID, _ request: GenerationRequest, sink: @escaping Sink) {
        var ids: [SequenceID] = []
        for choice in 0..<request.choiceCount {
            let sequence = SequenceID(nextSequence)
            nextSequence += 1
            sequences[sequence] = DecodingSequence(id, choice: choice, request)
            scheduler.add(sequence, promptCount: request.prompt.count)
            ids.append(sequence)
        }
        requests[id] = Running(openSequences: ids, sink: sink)
    }

    /// Stops a request at once; unknown ids have ended already.
    package func cancel(_ id: RequestID) {
        guard let request = requests[id] else { return }
        let results = request.openSequences.compactMap { sequences[$0]?.result(.stop) }
        forget(id)
        request.sink(.cancelled(results))
    }

    /// Ends every request with an error.
    package func failAll(_ failure: EngineFailure) {
        for id in Array(requests.keys) { fail(id, failure) }
    }

    /// Computes one step for all sequences that the plan chose.
    package func step() {
        let plan = nextPlan()
        guard !plan.chunks.isEmpty else { return }
        do {
            let start = now()
            let logits = try runner.forward(plan.chunks.compactMap(chunk))
            pacer.record(answerCount: plan.answerCount, promptTokens: plan.promptTokenCount, seconds: now() - start)
            var row = 0
            for chunk in plan.chunks where chunk.isComplete {
                let start = row * runner.vocabularySize
                sample(chunk.sequence, UnsafeBufferPointer(rebasing: logits[start..<(start + runner.vocabularySize)]))
                row += 1
            }
        } catch {
            for chunk in plan.chunks {
                if let id = sequences[chunk.sequence]?.request { fail(id, .device(String(describing: error))) }
            }
        }
    }

    private func nextPlan() -> StepPlan {
        let plan = scheduler.plan(promptLimit: pacer.limit(answerCount: scheduler.answerCount))
        // An answer that waits for memory which an older prompt holds must not keep that prompt from going on.
        return plan.chunks.isEmpty ? scheduler.plan() : plan
    }

    private func chunk(_ chunk: StepPlan.Chunk) -> SequenceChunk? {
        guard let sequence = sequences[chunk.sequence] else { return nil }
        if chunk.startsFresh { runner.resetSlot(chunk.slot) }
        return SequenceChunk(
            slot: chunk.slot,
            position: chunk.tokens.lowerBound,
            tokens: Array(sequence.tokens[chunk.tokens]),
            blockTable: chunk.blocks,
            logitRows: chunk.isComplete ? 1 : 0
        )
    }

    private func sample(_ id: SequenceID, _ logits: UnsafeBufferPointer<Float>) {
        // Only fields are taken out: a second reference to the tokens would make appending copy them all.
        guard let request = sequences[id]?.request, let choice = sequences[id]?.choice,
            let sampling = sequences[id]?.sampling, let position = sequences[id]?.sampledCount
        else { return }
        guard let token = sampler.sample(logits, sampling, position: position) else {
            fail(request, .noFiniteLogits)
            return
        }
        guard let progress = sequences[id]?.append(token, vocabulary: vocabulary) else { return }
        scheduler.extend(id, by: progress.newTokenCount)
        let sink = requests[request]?.sink
        if !progress.delta.isEmpty {
            sink?(.text(choice: choice, reasoning: progress.delta.reasoning, content: progress.delta.content))
        }
        if let result = progress.result {
            sink?(.choiceEnded(choice: choice, result))
            end(id, of: request)
        }
    }

    private func end(_ sequence: SequenceID, of id: RequestID) {
        scheduler.remove(sequence)
        sequences[sequence] = nil
        requests[id]?.openSequences.removeAll { $0 == sequence }
        guard let request = requests[id], request.openSequences.isEmpty else { return }
        requests[id] = nil
        request.sink(.completed)
    }

    private func fail(_ id: RequestID, _ failure: EngineFailure) {
        guard let request = requests[id] else { return }
        forget(id)
        request.sink(.failed(failure))
    }

    private func forget(_ id: RequestID) {
        for sequence in requests[id]?.openSequences ?? [] {
            scheduler.remove(sequence)
            sequences[sequence] = nil
        }
        requests[id] = nil
    }
}
