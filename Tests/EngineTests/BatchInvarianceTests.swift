import Compute
import Engine
import Foundation
import NemotronH
import TestSupport
import Testing

/// What has been computed: for every history of tokens, the bits of the logits behind it.
private final class LogitRecord {
    private var logits: [UInt64: UInt64] = [:]
    private(set) var comparedCount = 0
    private(set) var conflictCount = 0

    func add(_ row: UnsafeBufferPointer<Float>, after tokens: [Int32]) {
        var key: UInt64 = 0
        for token in tokens { key = CounterRandom.mix(key ^ UInt64(token)) }
        var value: UInt64 = 0
        for number in row { value = CounterRandom.mix(value ^ UInt64(number.bitPattern)) }
        if let known = logits[key] {
            comparedCount += 1
            if known != value { conflictCount += 1 }
        } else {
            logits[key] = value
        }
    }
}

/// The real model, whose sampled rows are recorded.
private final class RecordingRunner: SequenceRunner {
    private let runner: NemotronHRunner
    private let record: LogitRecord
    private var histories: [Int: [Int32]] = [:]
    private var drafts: [Int: [Int32]] = [:]
    private(set) var largestBatch = 0

    var vocabularySize: Int { runner.vocabularySize }

    init(_ runner: NemotronHRunner, _ record: LogitRecord) {
        self.runner = runner
        self.record = record
    }

    func resetSlot(_ slot: Int) {
        histories[slot] = []
        runner.resetSlot(slot)
    }

    func copySlot(_ slot: Int, to target: Int) {
        histories[target] = histories[slot]
        runner.copySlot(slot, to: target)
    }

    func accept(_ acceptances: [NemotronHRunner.Acceptance]) {
        for one in acceptances { histories[one.slot, default: []] += (drafts[one.slot] ?? []).prefix(one.count) }
        runner.accept(acceptances)
    }

    func forward(_ chunks: [SequenceChunk]) throws -> UnsafeBufferPointer<Float> {
        largestBatch = max(largestBatch, chunks.count)
        let logits = runner.forward(chunks)
        var row = 0
        for chunk in chunks {
            var history = histories[chunk.slot, default: []]
            for (index, token) in chunk.tokens.enumerated() {
                history.append(token)
                if index == chunk.tokens.count - chunk.draftCount - 1 { histories[chunk.slot] = history }
                guard index >= chunk.tokens.count - chunk.logitRows else { continue }
                let start = row * vocabularySize
                record.add(UnsafeBufferPointer(rebasing: logits[start..<(start + vocabularySize)]), after: history)
                row += 1
            }
            drafts[chunk.slot] = chunk.tokens.suffix(chunk.draftCount)
        }
        return logits
    }
}

/// The model's tokens, as pieces of the test vocabulary.
private struct FoldedVocabulary: TokenVocabulary {
    private let pieces = TestVocabulary()
    func text(of token: Int32) -> [UInt8] { pieces.text(of: token % Int32(TestVocabulary.pieces.count)) }
    func written(_ token: Int32) -> [UInt8] { text(of: token) }
    let stopTokens: Set<Int32> = [0]
}

/// The built-in model in every format, through the engine.
@Suite struct BatchInvarianceTests {
    private static let blockTokens = 16
    private static let formats: [WeightFormat?] = [nil, .packedBFloat16, .packedInt8, .packedInt4, .packedCodebook4]

    private func model(_ format: WeightFormat?, _ device: CPUDevice) throws -> NemotronHModel {
        guard let format else { return try NemotronHModel(directory: Fixtures.embeddedModel, device: device) }
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).packed").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let packer = try ModelPacker(directory: Fixtures.embeddedModel, weights: format, device: device)
        _ = try packer.write(to: path) { _, _ in }
        // The file stays mapped when its name is gone.
        return try NemotronHModel(packedFile: try PackedFile(path: path), device: device)
    }

    private func core(
        _ model: NemotronHModel,
        _ record: LogitRecord,
        sequences: Int,
        budget: Int,
        blocks: Int
    ) throws -> (EngineCore<FoldedVocabulary>, RecordingRunner) {
        let snapshots = sequences > 1 ? 6 : 0
        let capacity = RunnerCapacity(
            slotCount: sequences,
            snapshotCount: snapshots,
            kvBlockCount: blocks,
            kvBlockTokens: Self.blockTokens,
            maxBatchTokens: budget,
            maxLogitRows: sequences + 12,
            maxDraftTokens: 12,
            cacheFormat: .bfloat16
        )
        let runner = RecordingRunner(try NemotronHRunner(model: model, capacity: capacity), record)
        let settings = SchedulerSettings(
            maxSequences: sequences,
            stepTokenBudget: budget,
            blockTokens: Self.blockTokens,
            blockCount: blocks,
            reserveBlockCount: 2 * snapshots,
            snapshotCount: snapshots
        )
        let core = EngineCore(
            runner: runner,
            vocabulary: FoldedVocabulary(),
            settings: settings,
            pacer: PromptPacer(maxDelay: .milliseconds(1)),
            speculativeRows: snapshots > 0 ? 12 : 0,
            // A clock on which nothing takes time, so that saving a state costs nothing either.
            now: { 0 }
        )
        return (core, runner)
    }

    private func request(_ seed: Int) -> GenerationRequest {
        var random = TestRandom(seed)
        var prompt = (0..<Int.random(in: 1...40, using: &random)).map { _ in Int32.random(in: 1...300, using: &random) }
        // Every third begins like others, and is cached behind that.
        if seed % 3 == 0 { prompt = (0..<33).map { Int32(seed % 2 * 40 + $0 + 1) } + prompt }
        return GenerationRequest(
            prompt: prompt,
            startsThinking: Bool.random(using: &random),
            limits: .test(Int.random(in: 1...20, using: &random), limit: Int.random(in: 5...80, using: &random)),
            sampling: SamplingParameters(temperature: Double.random(in: 0...1.5, using: &random), seed: random.next()),
            share: ShareKey(account: "\(seed % 5)", tier: ServiceTier.allCases[seed % 3]),
            snapshotPoints: [33]
        )
    }

    @Test(
        "200 requests alone, then together with chunks, cancellations, preemptions and guesses: the same logits",
        arguments: formats
    )
    func invariance(format: WeightFormat?) throws {
        let model = try model(format, try CPUDevice(threadCount: 2))
        let record = LogitRecord()
        let requests = (0..<200).map(request)
        let (single, _) = try core(model, record, sequences: 1, budget: 512, blocks: 16)
        for (index, request) in requests.enumerated() {
            single.submit(RequestID(UInt64(index)), request) { _ in }
            while single.hasWork { single.step() }
        }
        let before = record.comparedCount
        let (crowd, runner) = try core(model, record, sequences: 10, budget: 48, blocks: 38)
        var random = TestRandom(5)
        for (index, request) in requests.enumerated().shuffled(using: &random) {
            crowd.submit(RequestID(UInt64(index)), request) { _ in }
            let noise = RequestID(UInt64(1_000 + index))
            if index % 4 == 0 { crowd.submit(noise, self.request(1_000 + index)) { _ in } }
            for _ in 0..<Int.random(in: 0...6, using: &random) { crowd.step() }
            crowd.cancel(noise)
        }
        while crowd.hasWork { crowd.step() }
        #expect(record.conflictCount == 0)
        #expect(record.comparedCount - before >= 1_000)
        #expect(runner.largestBatch > 6)
        let statistics = crowd.statistics
        #expect(statistics.savedPreemptions > 10)
        #expect(statistics.recomputedPreemptions > 10)
        #expect(statistics.cachedPromptTokens > 300)
        #expect(statistics.acceptedTokens > 20 && statistics.acceptedTokens < statistics.draftedTokens)
    }
}
