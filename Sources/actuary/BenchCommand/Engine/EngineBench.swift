import Compute
import Foundation
import NemotronH
import Telemetry

/// Measures a shape in one format: all cases in turn, several rounds, each beside probes of what the machine allows.
struct EngineBench {
    /// Rows of one pass through a prompt.
    static let passTokens = 512
    /// As a server has it unless it is told otherwise.
    static let cacheFormat = CacheFormat.bfloat16
    /// Tokens of one block of keys and values.
    static let blockTokens = 16
    /// Bytes that one probe reads, far more than the processor's caches hold.
    private static let probeBytes = 1 << 30

    let shape: String
    let weights: BenchWeights
    let cases: [EngineBenchCase]
    let rounds: Int
    private let device: CPUDevice
    private let catalog: TensorCatalog
    private let model: NemotronHModel

    init(shape: String, weights: BenchWeights, cases: [EngineBenchCase], rounds: Int, device: CPUDevice) throws {
        self.shape = shape
        self.weights = weights
        self.cases = cases
        self.rounds = rounds
        self.device = device
        let configuration = try EngineBench.configuration(shape)
        try EngineBench.checkMemory(configuration, weights, cases)
        do {
            catalog = try RandomWeights.catalog(configuration, format: weights.format)
            model = try NemotronHModel(
                name: shape,
                configuration: configuration,
                stopTokenIDs: [],
                catalog: catalog,
                device: device
            )
        } catch {
            throw CommandFailure.badConfiguration("\(error)")
        }
    }

    /// The configuration of a shape by name or of a `config.json`.
    static func configuration(_ shape: String) throws(CommandFailure) -> NemotronHConfiguration {
        do {
            return try ModelShape.configuration(named: shape)
        } catch {
            throw .badInput(
                "\(error); --shape takes \(ModelShape.names.joined(separator: ", ")) or the path of a config.json"
            )
        }
    }

    /// One measurement of one case.
    private struct Sample {
        var seconds: Double
        var readBytesPerSecond: Double
        var operationsPerSecond: Double
        var residentBytes: Int
    }

    /// Runs all rounds.
    ///
    /// - Parameter progress: Told what is about to be measured.
    /// - Returns: One result for each case, in their order.
    /// - Throws: `CommandFailure` if there is too little memory.
    func run(progress: (String) -> Void) throws -> [EngineBenchResult] {
        var samples = cases.map { _ in [Sample]() }
        let sizes = EngineDemand.Sizes(model.configuration, weightsBytes: model.weightBytes)
        for (index, measured) in cases.enumerated() {
            let runner = try makeRunner(measured)
            for round in 0..<rounds {
                progress(
                    "\(shape) \(weights.rawValue) \(measured.phase.rawValue) batch \(measured.batch) depth "
                        + "\(measured.depth), round \(round + 1) of \(rounds)"
                )
                let before = readRate()
                let seconds = time { step(runner, measured) }
                let after = readRate()
                samples[index].append(
                    Sample(
                        seconds: seconds,
                        readBytesPerSecond: (before + after) / 2,
                        operationsPerSecond: arithmeticRate(),
                        residentBytes: ProcessMemory.now().residentBytes
                    )
                )
            }
        }
        return zip(cases, samples).map { result($0, $1, EngineDemand(sizes, $0, passTokens: EngineBench.passTokens)) }
    }

    private func result(
        _ measured: EngineBenchCase,
        _ samples: [Sample],
        _ demand: EngineDemand
    ) -> EngineBenchResult {
        let passes = measured.passes(passTokens: EngineBench.passTokens)
        let rates = samples.map { Double(measured.tokenCount) / $0.seconds }
        let limits = samples.map {
            demand.limit(bytesPerSecond: $0.readBytesPerSecond, operationsPerSecond: $0.operationsPerSecond)
        }
        return EngineBenchResult(
            shape: shape,
            weights: weights.rawValue,
            measured: measured,
            tokensPerSecond: rates.median,
            secondsPerPass: samples.map(\.seconds).median / Double(passes.count),
            bytesPerToken: demand.bytesPerToken,
            limitTokensPerSecond: limits.median,
            fractionOfLimit: zip(rates, limits).map { $0 / $1 }.median,
            readBytesPerSecond: samples.map(\.readBytesPerSecond).median,
            operationsPerSecond: samples.map(\.operationsPerSecond).median,
            threadCount: device.threadCount,
            residentBytes: samples.map(\.residentBytes).max() ?? 0
        )
    }

    // MARK: - One pass

    private func makeRunner(_ measured: EngineBenchCase) throws -> NemotronHRunner {
        let capacity = EngineBench.capacity(measured)
        let runner: NemotronHRunner
        do { runner = try NemotronHRunner(model: model, capacity: capacity) } catch {
            throw CommandFailure.badConfiguration("\(error)")
        }
        runner.occupyMemory()
        // The first pass makes scratch memory real and wakes the threads.
        var warmUp = measured
        warmUp.tokens = measured.phase == .decode ? 1 : min(measured.tokens, EngineBench.passTokens)
        step(runner, warmUp)
        return runner
    }

    private static func capacity(_ measured: EngineBenchCase) -> RunnerCapacity {
        let stepRows = measured.batch * (1 + measured.drafts)
        let rows = measured.phase == .decode ? stepRows : min(measured.tokenCount, passTokens)
        return RunnerCapacity(
            slotCount: measured.batch,
            kvBlockCount: measured.batch * blocks(measured),
            kvBlockTokens: blockTokens,
            maxBatchTokens: rows,
            maxLogitRows: min(rows, stepRows),
            maxDraftTokens: measured.batch * measured.drafts,
            cacheFormat: cacheFormat
        )
    }

    /// Blocks of keys and values that each sequence of a case needs.
    static func blocks(_ measured: EngineBenchCase) -> Int { (measured.length + blockTokens - 1) / blockTokens }

    private func step(_ runner: NemotronHRunner, _ measured: EngineBenchCase) {
        for pass in measured.passes(passTokens: EngineBench.passTokens) {
            _ = runner.forward(pass.map { chunk(measured, $0) })
            if measured.drafts > 0 {
                runner.accept(pass.map { NemotronHRunner.Acceptance(slot: $0.slot, count: $0.drafts) })
            }
        }
    }

    private func chunk(_ measured: EngineBenchCase, _ part: EngineBenchCase.Part) -> SequenceChunk {
        let blockCount = EngineBench.blocks(measured)
        let vocabulary = model.configuration.vocabularySize
        return SequenceChunk(
            slot: part.slot,
            position: part.position,
            tokens: (0..<part.count).map { Int32((part.position + $0) * 7919 % vocabulary) },
            draftCount: part.drafts,
            blockTable: (0..<blockCount).map { Int32(part.slot * blockCount + $0) },
            logitRows: part.isLast ? 1 + part.drafts : 0
        )
    }

    // MARK: - Probes

    private func time(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        return clock.measure(body) / .seconds(1)
    }

    /// Bytes a second of a plain read of the weights.
    private func readRate() -> Double {
        guard let file = catalog.tensors.values.first?.file else { return 0 }
        return file.withBytes { bytes in
            let part = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, EngineBench.probeBytes)])
            return Double(part.count) / time { device.probeReading(part) }
        }
    }

    /// Operations a second in registers.
    private func arithmeticRate() -> Double {
        var operations: Int64 = 0
        let seconds = time { operations = device.probeArithmetic(weights.arithmetic, rounds: 4_000_000) }
        return Double(operations) / seconds
    }

    // MARK: - Memory

    /// Bytes that the weights and the largest of the cases need.
    static func neededBytes(
        _ configuration: NemotronHConfiguration,
        _ weights: BenchWeights,
        _ cases: [EngineBenchCase]
    ) -> (weights: Int, states: Int) {
        (
            RandomWeights.byteCount(configuration, format: weights.format),
            cases.map { NemotronHModel.memoryBytes(configuration, capacity($0)) }.max() ?? 0
        )
    }

    /// Whether so many bytes may be taken of those that are free; a little is left to others.
    static func fits(_ bytes: Int, in available: Int) -> Bool { bytes <= available / 100 * 97 }

    /// Refuses what does not fit before anything is reserved.
    static func checkMemory(
        _ configuration: NemotronHConfiguration,
        _ weights: BenchWeights,
        _ cases: [EngineBenchCase],
        available: Int = AvailableMemory.bytes()
    ) throws(CommandFailure) {
        let needed = neededBytes(configuration, weights, cases)
        guard fits(needed.weights + needed.states, in: available) else {
            throw .badConfiguration(
                "\(weights.rawValue) weights take \(needed.weights >> 20) MiB and the largest case "
                    + "\(needed.states >> 20) MiB, but \(available >> 20) MiB are free; ask for a smaller --shape, "
                    + "--batch, --depth or fewer bits"
            )
        }
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; 0 of none.
    var median: Double {
        guard !isEmpty else { return 0 }
        let ordered = sorted()
        return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
    }
}
