import ArgumentParser
import Compute
import Foundation
import NemotronH

/// What `bench decode` and `bench prefill` share.
struct EngineBenchOptions: ParsableArguments {
    @Option(
        help: "Sizes of the model: \(ModelShape.names.joined(separator: ", ")), or the path of a config.json."
    )
    var shape = "nemotron-nano-9b-v2"

    @Option(help: "Formats of the weights, separated by commas.")
    var weights = WeightsList([.int4, .int8])

    @Option(help: "How many sequences run at the same time, separated by commas.")
    var batch: NumberList?

    @Option(help: "How many tokens each sequence has already, separated by commas.")
    var depth: NumberList?

    @Option(help: "Steps of a decode, or tokens of each prompt.")
    var tokens: Int?

    @Option(help: "Threads that compute; 0 is one for each core.")
    var threads = 0

    @Option(help: "How often each case is measured; the median counts.")
    var rounds = 3

    @Option(help: "Write one JSON object a line to this file.")
    var json: String?

    @Flag(help: .hidden)
    var printConfig = false

    func validate() throws {
        if let batch, !batch.numbers.allSatisfy({ (1...1024).contains($0) }) {
            throw ValidationError("--batch takes numbers from 1 to 1024")
        }
        if let tokens, !(1...1_000_000).contains(tokens) {
            throw ValidationError("--tokens is \(tokens), but must be 1 to 1000000")
        }
        if let depth, !depth.numbers.allSatisfy({ $0 <= 1 << 24 }) {
            throw ValidationError("--depth takes numbers from 0 to \(1 << 24)")
        }
        if !(0...1024).contains(threads) { throw ValidationError("--threads is \(threads), but must be 0 to 1024") }
        if !(1...1000).contains(rounds) { throw ValidationError("--rounds is \(rounds), but must be 1 to 1000") }
    }

    /// Measures every combination and reports.
    func run(
        _ phase: EngineBenchCase.Phase,
        batch: [Int],
        depth: [Int],
        tokens: Int,
        drafts: [Int] = [0]
    ) throws {
        if printConfig {
            guard let text = ModelShape.json(named: shape) else {
                throw CommandFailure.badUsage("--shape \(shape) is no name of a shape")
            }
            StandardStream.output.write(text)
            return
        }
        let depths = self.depth?.numbers ?? depth
        let cases = (self.batch?.numbers ?? batch).flatMap { batch in
            depths.flatMap { depth in
                drafts.map {
                    EngineBenchCase(
                        phase: phase,
                        batch: batch,
                        depth: depth,
                        tokens: self.tokens ?? tokens,
                        drafts: $0
                    )
                }
            }
        }
        let report = EngineBenchReport(jsonPath: json)
        try report.open()
        let device = try CPUDevice.forCommand(threads: threads)
        var results: [EngineBenchResult] = []
        for format in weights.formats {
            let bench = try EngineBench(shape: shape, weights: format, cases: cases, rounds: rounds, device: device)
            results += try bench.run { StandardStream.error.write($0 + "\n") }
        }
        StandardStream.output.write("\(shape), \(device.threadCount) threads, \(device.variant.rawValue) kernels\n")
        StandardStream.output.write(BudgetReport.aligned([EngineBenchResult.header] + results.map(\.row)))
        try report.write(results.map(\.json).joined())
    }
}

/// The file that a bench writes beside its table.
struct EngineBenchReport {
    let jsonPath: String?

    /// Finds out whether the file can be written before minutes are spent.
    func open() throws(CommandFailure) { try write("") }

    /// Replaces the file's content.
    func write(_ text: String) throws(CommandFailure) {
        guard let jsonPath else { return }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: jsonPath))
        } catch {
            throw .inputOutput("cannot write \(jsonPath): give a file in a folder that exists and may be written")
        }
    }
}
