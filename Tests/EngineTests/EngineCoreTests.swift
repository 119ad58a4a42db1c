import Dispatch
import Engine
import Grammar
import NemotronH
import Synchronization
import Testing

/// A model whose next token is a function of all tokens before it, so that any mix-up of states changes the output.
private final class HashRunner: SequenceRunner {
    let vocabularySize = TestVocabulary.pieces.count
    /// How many of the last tokens the next one depends on; few make it repeat itself.
    private let memory: Int
    private var history: [Int: [Int32]] = [:]
    private var drafts: [Int: [Int32]] = [:]
    private let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: 64 * TestVocabulary.pieces.count)
    private(set) var largestBatch = 0

    init(memory: Int = .max) { self.memory = memory }

    deinit { logits.deallocate() }

    func resetSlot(_ slot: Int) { history[slot] = [] }
    func copySlot(_ slot: Int, to target: Int) { history[target] = history[slot] }

    func accept(_ acceptances: [NemotronHRunner.Acceptance]) {
        for one in acceptances { history[one.slot, default: []] += (drafts[one.slot] ?? []).prefix(one.count) }
    }

    func forward(_ chunks: [SequenceChunk]) throws -> UnsafeBufferPointer<Float> {
        largestBatch = max(largestBatch, chunks.count)
        var count = 0
        for chunk in chunks {
            var tokens = history[chunk.slot] ?? []
            precondition(tokens.count == chunk.position, "a chunk does not follow its state")
            history[chunk.slot] = tokens + chunk.tokens.dropLast(chunk.draftCount)
            drafts[chunk.slot] = chunk.tokens.suffix(chunk.draftCount)
            for (index, token) in chunk.tokens.enumerated() {
                tokens.append(token)
                guard index >= chunk.tokens.count - chunk.logitRows else { continue }
                var seed: UInt64 = 0
                for token in tokens.suffix(memory) { seed = CounterRandom.mix(seed ^ UInt64(token)) }
                for column in 0..<vocabularySize {
                    logits[count] = Float(CounterRandom.uniform(seed: seed, position: column)) * 4
                    count += 1
                }
            }
        }
        return UnsafeBufferPointer(rebasing: logits[..<count])
    }
}

/// A model that always gives the same token.
private final class OnlyRunner: SequenceRunner {
    let vocabularySize = TestVocabulary.pieces.count
    private let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: TestVocabulary.pieces.count)

    init(token: Int) {
        logits.initialize(repeating: 0)
        logits[token] = 1
    }

    deinit { logits.deallocate() }

    func resetSlot(_ slot: Int) {}
    func copySlot(_ slot: Int, to target: Int) {}
    func accept(_ acceptances: [NemotronHRunner.Acceptance]) {}

    func forward(_ chunks: [SequenceChunk]) throws -> UnsafeBufferPointer<Float> {
        let rows = chunks.reduce(0) { $0 + $1.logitRows }
        return UnsafeBufferPointer(rebasing: UnsafeBufferPointer(logits)[..<(rows * vocabularySize)])
    }
}

/// Collects events of one request.
private final class EventLog: Sendable {
    private let events = Mutex<[GenerationEvent]>([])
    func append(_ event: GenerationEvent) { events.withLock { $0.append(event) } }
    var all: [GenerationEvent] { events.withLock { $0 } }

    var texts: [Int: [String]] {
        var result: [Int: [String]] = [:]
        for case .progressed(let progress) in all {
            result[progress.choice, default: ["", ""]][0] += progress.reasoning
            result[progress.choice, default: ["", ""]][1] += progress.content
        }
        return result
    }

    var reports: [Int: [TokenReport]] {
        var reports: [Int: [TokenReport]] = [:]
        for case .progressed(let progress) in all { reports[progress.choice, default: []] += progress.reports }
        return reports
    }

    var results: [Int: ChoiceResult] {
        var results: [Int: ChoiceResult] = [:]
        for case .choiceEnded(let choice, var result) in all {
            // What was cached depends on the neighbours, and nothing else does.
            result.cachedTokens = 0
            results[choice] = result
        }
        return results
    }
}

@Suite struct EngineCoreTests {
    private func core(
        _ runner: HashRunner,
        sequences: Int,
        budget: Int,
        blocks: Int,
        speculativeRows: Int = 0,
        now: (() -> Double)? = nil
    ) -> EngineCore<TestVocabulary> {
        EngineCore(
            runner: runner,
            vocabulary: TestVocabulary(),
            settings: SchedulerSettings(
                maxSequences: sequences,
                stepTokenBudget: budget,
                blockTokens: 4,
                blockCount: blocks,
                reserveBlockCount: sequences > 4 ? blocks / 5 : 0,
                snapshotCount: sequences > 4 ? 5 : 0
            ),
            pacer: PromptPacer(maxDelay: .milliseconds(1)),
            speculativeRows: speculativeRows,
            now: now ?? { [clock = TestClock()] in clock.next() }
        )
    }

    private func request(_ seed: Int) -> GenerationRequest {
        var random = TestRandom(seed)
        let limits = ThinkingLimits.test(
            Int.random(in: 1...30, using: &random),
            limit: Int.random(in: 20...60, using: &random)
        )
        var request = GenerationRequest(
            prompt: (0..<Int.random(in: 1...40, using: &random)).map { _ in Int32.random(in: 1...30, using: &random) },
            startsThinking: Bool.random(using: &random),
            limits: limits,
            sampling: SamplingParameters(temperature: Double.random(in: 0...2, using: &random), seed: random.next()),
            stops: ["STOP"],
            choiceCount: Int.random(in: 1...3, using: &random)
        )
        if Bool.random(using: &random) { shape(&request, &random) }
        return request
    }

    private static let constraint = (try? Grammar.regex("((a|th|in|k ?){1,9}\\n)*")).map {
        TokenConstraint($0, trie: TestVocabulary.trie)
    }

    /// Asks for everything that changes how tokens are drawn, ended and told.
    private func shape(_ request: inout GenerationRequest, _ random: inout TestRandom) {
        request.sampling.minP = Double.random(in: 0...0.3, using: &random)
        request.sampling.presencePenalty = Float.random(in: -2...2, using: &random)
        request.sampling.frequencyPenalty = Float.random(in: -2...2, using: &random)
        request.sampling.repetitionPenalty = Float.random(in: 0.8...1.4, using: &random)
        request.sampling.logitBias = [16: 2, 18: -3]
        request.ending.minTokens = Int.random(in: 0...20, using: &random)
        request.ending.tokens = [Int32.random(in: 2...30, using: &random)]
        request.ending.ignoresModelStops = Bool.random(using: &random)
        request.ending.includesString = Bool.random(using: &random)
        if Bool.random(using: &random) { request.constraint = Self.constraint }
        request.reports.reportsTokens = true
        request.reports.alternatives = Int.random(in: 0...3, using: &random)
    }

    @Test(
        "alone or in a crowd, with chunks, cancellations, preemptions, pauses and guesses: the same tokens",
        arguments: [(0, Int.max), (16, Int.max), (16, 1)]
    )
    func invariance(speculativeRows: Int, memory: Int) {
        var requests = (0..<40).map(request)
        // Without chance, a model of short memory goes round in circles.
        if memory == 1 { for index in requests.indices { requests[index].sampling.temperature = 0 } }
        let alone = requests.enumerated().map { index, request in
            let log = EventLog()
            let core = core(HashRunner(memory: memory), sequences: 4, budget: 512, blocks: 200)
            core.submit(RequestID(UInt64(index)), request) { log.append($0) }
            while core.hasWork { core.step() }
            return log
        }
        let runner = HashRunner(memory: memory)
        let crowd = core(runner, sequences: 8, budget: 24, blocks: 50, speculativeRows: speculativeRows)
        let logs = requests.map { _ in EventLog() }
        var random = TestRandom(99)
        for (index, request) in requests.enumerated().shuffled(using: &random) {
            let log = logs[index]
            crowd.submit(RequestID(UInt64(index)), request) { log.append($0) }
            let noise = RequestID(UInt64(1_000 + index))
            crowd.submit(noise, self.request(1_000 + index)) { _ in }
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                crowd.setPaused(.random(using: &random), RequestID(UInt64.random(in: 0..<40, using: &random)))
                crowd.step()
            }
            crowd.cancel(noise)
        }
        // What is not paused comes to its end whatever the others hold.
        while crowd.step() {}
        for index in requests.indices { crowd.setPaused(false, RequestID(UInt64(index))) }
        while crowd.hasWork { crowd.step() }
        #expect(runner.largestBatch > 4)
        let statistics = crowd.statistics
        #expect(statistics.acceptedTokens <= statistics.draftedTokens)
        if memory == 1 {
            #expect(statistics.acceptedTokens > 50 && statistics.acceptedTokens < statistics.draftedTokens)
        }
        for (one, many) in zip(alone, logs) {
            #expect(one.texts == many.texts)
            #expect(one.results == many.results)
            #expect(one.reports == many.reports)
            for (choice, reports) in many.reports where !reports.isEmpty {
                #expect(many.results[choice]?.completionTokens == reports.count)
            }
            #expect(many.all.last == .completed)
        }
    }

    @Test("a cancelled request ends at once with what it used, and the others go on")
    func cancel() {
        let core = core(HashRunner(), sequences: 4, budget: 64, blocks: 100)
        let log = EventLog()
        let other = EventLog()
        var endless = request(3)
        endless.choiceCount = 1
        endless.limits = .test(nil, limit: 200)
        core.submit(RequestID(1), endless) { log.append($0) }
        core.submit(RequestID(2), request(4)) { other.append($0) }
        core.step()
        core.cancel(RequestID(1))
        core.cancel(RequestID(1))
        guard case .cancelled(let results)? = log.all.last else {
            Issue.record("no cancelled event")
            return
        }
        #expect(results.map(\.completionTokens) == [1])
        while core.hasWork { core.step() }
        #expect(other.all.last == .completed)
        #expect(log.all.count { if case .cancelled = $0 { true } else { false } } == 1)
    }

    @Test("who is cancelled, late or stopped holds nothing after the step in which that is known")
    func leaving() {
        var time = 0.0
        let core = core(HashRunner(), sequences: 3, budget: 64, blocks: 100) { time }
        let logs = [EventLog(), EventLog(), EventLog()]
        for (index, log) in logs.enumerated() {
            var endless = request(3)
            endless.choiceCount = 1
            endless.limits = .test(nil, limit: 200)
            endless.patience = index == 1 ? .seconds(1) : nil
            core.submit(RequestID(UInt64(index)), endless) { log.append($0) }
        }
        core.step()
        let each = core.statistics.usedBlocks / 3
        #expect(core.statistics.runningSequences == 3 && each > 0)
        core.cancel(RequestID(0))
        #expect(core.statistics.runningSequences == 2 && core.statistics.usedBlocks == 2 * each)
        time = 1
        core.step()
        guard case .failed(.deadlineExceeded, _)? = logs[1].all.last else {
            Issue.record("not ended in time")
            return
        }
        #expect(core.statistics.runningSequences == 1 && core.statistics.usedBlocks <= each + 1)
        core.cancel(RequestID(2))
        #expect(core.statistics.usedBlocks == 0 && !core.hasWork)

        let only = EngineCore(
            runner: OnlyRunner(token: 16),
            vocabulary: TestVocabulary(),
            settings: SchedulerSettings(maxSequences: 1, stepTokenBudget: 64, blockTokens: 4, blockCount: 100),
            pacer: PromptPacer(maxDelay: nil),
            now: { 0 }
        )
        var stopping = request(3)
        stopping.choiceCount = 1
        stopping.startsThinking = false
        stopping.ending = EndingRules(strings: ["aaa"])
        stopping.sampling = SamplingParameters(temperature: 0)
        only.submit(RequestID(1), stopping) { _ in }
        for _ in 0..<3 {
            #expect(only.hasWork)
            only.step()
        }
        #expect(!only.hasWork && only.statistics.usedBlocks == 0 && only.statistics.generatedTokens == 3)
    }

    @Test("counts grow with the tokens, never lag far behind, and meet the result; a failure tells them of all choices")
    func counts() {
        let core = core(HashRunner(), sequences: 4, budget: 64, blocks: 100)
        let log = EventLog()
        var request = request(3)
        request.choiceCount = 2
        request.limits = .test(nil, limit: 120)
        core.submit(RequestID(1), request) { log.append($0) }
        for _ in 0..<4 { core.step() }
        core.failAll(.shuttingDown)
        guard case .failed(.shuttingDown, let results)? = log.all.last else {
            Issue.record("no failure")
            return
        }
        #expect(results.count == 2)
        #expect(results.reduce(0) { $0 + $1.tokens.reasoning + $1.tokens.answer } == core.statistics.generatedTokens)
        for choice in 0..<2 {
            let told = log.all.compactMap { event -> TokenCounts? in
                if case .progressed(let progress) = event, progress.choice == choice { progress.tokens } else { nil }
            }
            for (one, next) in zip([TokenCounts()] + told, told + [results[choice].tokens]) {
                // A forced text may come at once with the sampled token.
                let step = next.completion - one.completion
                #expect(step >= 0 && step < ChoiceProgress.quietTokens + 10)
            }
        }
    }

    @Test("tokens without a text are told of all the same")
    func quiet() {
        let log = EventLog()
        var request = request(3)
        request.choiceCount = 1
        request.startsThinking = false
        request.limits = .test(nil, limit: 60)
        request.reports = ReportOptions()
        // Every text begins like this stop string and is held back.
        request.ending = EndingRules(strings: [String(repeating: "a", count: 1_000)])
        request.sampling = SamplingParameters(temperature: 0)
        let only = OnlyRunner(token: 16)
        let quiet = EngineCore(
            runner: only,
            vocabulary: TestVocabulary(),
            settings: SchedulerSettings(maxSequences: 1, stepTokenBudget: 64, blockTokens: 4, blockCount: 100),
            pacer: PromptPacer(maxDelay: nil),
            now: { 0 }
        )
        quiet.submit(RequestID(1), request) { log.append($0) }
        while quiet.hasWork { quiet.step() }
        let told = log.all.compactMap { if case .progressed(let progress) = $0 { progress } else { nil } }
        #expect(told.map(\.tokens.answer) == [16, 32, 48, 60])
        #expect(told.dropLast().allSatisfy { $0.content.isEmpty } && told.last?.content.count == 60)
    }

    @Test("the engine refuses what cannot fit, a full queue, and work after the drain", .timeLimit(.minutes(1)))
    func refusals() async throws {
        let engine = Engine(limits: Engine.Limits(maxSequencesInAll: 2, capacityTokens: 100)) { [self] in
            core(HashRunner(), sequences: 2, budget: 16, blocks: 25)
        }
        var long = request(1)
        long.limits = .test(4, limit: 1_000)
        #expect(throws: EngineRefusal.doesNotFit(neededTokens: long.prompt.count + 1_000, availableTokens: 100)) {
            try engine.submit(long) { _ in }
        }
        var three = request(2)
        three.choiceCount = 3
        #expect(throws: EngineRefusal.queueFull(limit: 2)) { try engine.submit(three) { _ in } }
        engine.drain()
        #expect(throws: EngineRefusal.draining) { try engine.submit(request(5)) { _ in } }
        await engine.stop()
    }

    @Test("prompts that are too long together are refused, one that is alone is not", .timeLimit(.minutes(1)))
    func queuedTokens() async throws {
        let limits = Engine.Limits(maxSequencesInAll: 9, maxPromptTokensInAll: 30, capacityTokens: 100)
        let engine = Engine(limits: limits) { [self] in core(HashRunner(), sequences: 2, budget: 16, blocks: 25) }
        func request(_ count: Int) -> GenerationRequest {
            var endless = self.request(3)
            endless.prompt = Array(repeating: 5, count: count)
            endless.choiceCount = 1
            endless.limits = .test(nil, limit: 50)
            return endless
        }
        // Its end is held back until all of this has been asked.
        let gate = DispatchSemaphore(value: 0)
        _ = try engine.submit(request(40)) { if case .choiceEnded = $0 { gate.wait() } }
        #expect(throws: EngineRefusal.queueFullOfTokens(limit: 30)) { try engine.submit(request(1)) { _ in } }
        gate.signal()
        while engine.openRequestCount > 0 { await Task.yield() }
        _ = try engine.submit(request(20)) { if case .choiceEnded = $0 { gate.wait() } }
        #expect(throws: EngineRefusal.queueFullOfTokens(limit: 30)) { try engine.submit(request(11)) { _ in } }
        _ = try engine.submit(request(10)) { _ in }
        gate.signal()
        while engine.openRequestCount > 0 { await Task.yield() }
        await engine.stop()
    }

    @Test("requests from many threads all complete", .timeLimit(.minutes(1)))
    func threads() async throws {
        let engine = Engine(limits: Engine.Limits(maxSequencesInAll: 300, capacityTokens: 160)) { [self] in
            core(HashRunner(), sequences: 6, budget: 32, blocks: 40)
        }
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<60 {
                let request = self.request(index)
                group.addTask {
                    await withCheckedContinuation { continuation in
                        let sink: @Sendable (GenerationEvent) -> Void = { event in
                            switch event {
                            case .completed: continuation.resume(returning: true)
                            case .failed, .cancelled: continuation.resume(returning: false)
                            case .accepted, .progressed, .choiceEnded: break
                            }
                        }
                        if (try? engine.submit(request, sink: sink)) == nil { continuation.resume(returning: false) }
                    }
                }
            }
            for await isComplete in group { #expect(isComplete) }
        }
        #expect(engine.openRequestCount == 0)
        await engine.stop()
    }
}
