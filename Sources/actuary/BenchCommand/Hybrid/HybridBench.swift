import ArgumentParser
import Compute
import NemotronH

/// `actuary bench hybrid`: what Mamba layers save, against transformers of equal size.
struct HybridBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hybrid",
        abstract: "Compares memory and decoding of hybrids with transformers of equal size, context by context.",
        discussion: """
            Weights are made up. Memory is what a runner reserves; speed is of one sequence that has nearly filled its \
            context, and is measured where memory suffices.
            """
    )

    @Option(help: "Sizes of the models, separated by commas.")
    var sizes = HybridPairList([.nine, .one])

    @Option(help: "How many tokens the sequences have, separated by commas.")
    var contexts = NumberList([4096, 16_384, 65_536, 131_072])

    @Option(help: "The format of the weights: \(BenchWeights.allCases.map(\.rawValue).joined(separator: ", ")).")
    var weights = WeightsList([.int4])

    @Option(help: "How much memory may be used, for example 16GB; what is free unless given.")
    var memory: MemorySize?

    @Option(help: "Steps of a decode.")
    var tokens = 8

    @Option(help: "Threads that compute; 0 is one for each core.")
    var threads = 0

    @Option(help: "How often each case is measured; the median counts.")
    var rounds = 3

    @Option(help: "Write one JSON object a line to this file.")
    var json: String?

    @Option(help: "Draw memory and speed into this file.")
    var svg: String?

    func validate() throws {
        if !(1...1024).contains(tokens) { throw ValidationError("--tokens is \(tokens), but must be 1 to 1024") }
        if !contexts.numbers.allSatisfy({ (tokens...1 << 24).contains($0) }) {
            throw ValidationError("--contexts takes numbers from \(tokens), which is --tokens, to \(1 << 24)")
        }
        if weights.formats.count != 1 { throw ValidationError("--weights takes one format here") }
        if !(0...1024).contains(threads) { throw ValidationError("--threads is \(threads), but must be 0 to 1024") }
        if !(1...1000).contains(rounds) { throw ValidationError("--rounds is \(rounds), but must be 1 to 1000") }
    }

    func run() async throws {
        let (lines, picture) = (EngineBenchReport(jsonPath: json), EngineBenchReport(jsonPath: svg))
        try lines.open()
        try picture.open()
        let device = try CPUDevice.forCommand(threads: threads)
        var rows: [HybridRow] = []
        for shape in sizes.pairs.flatMap(\.shapes) {
            for format in weights.formats { rows += try measure(shape, format, on: device) }
        }
        let report = HybridReport(rows: rows, threadCount: device.threadCount, kernels: device.variant.rawValue)
        StandardStream.output.write(report.table)
        try lines.write(report.jsonLines)
        try picture.write(HybridChart(report: report).svg)
    }

    /// All contexts of a shape, with the speed of those that fit.
    private func measure(_ shape: String, _ format: BenchWeights, on device: CPUDevice) throws -> [HybridRow] {
        let configuration = try EngineBench.configuration(shape)
        let cases = contexts.numbers.map {
            EngineBenchCase(phase: .decode, batch: 1, depth: $0 - tokens, tokens: tokens)
        }
        let available = min(memory?.bytes ?? .max, AvailableMemory.bytes())
        let fitting = cases.filter { measured in
            let needed = EngineBench.neededBytes(configuration, format, [measured])
            return EngineBench.fits(needed.weights + needed.states, in: available)
        }
        var results: [EngineBenchResult] = []
        if !fitting.isEmpty {
            let bench = try EngineBench(shape: shape, weights: format, cases: fitting, rounds: rounds, device: device)
            results = try bench.run { StandardStream.error.write($0 + "\n") }
        }
        let weightsBytes = RandomWeights.byteCount(configuration, format: format.format)
        return cases.map { measured in
            var row = HybridRow(
                shape: shape,
                weights: format,
                configuration: configuration,
                weightsBytes: weightsBytes,
                measured: measured
            )
            row.result = results.first { $0.measured == measured }
            return row
        }
    }
}
