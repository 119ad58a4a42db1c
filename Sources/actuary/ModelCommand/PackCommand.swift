import ArgumentParser
import Compute
import Foundation
import NemotronH

/// `actuary model pack`: one file of a model's folder, ready for the kernels.
struct PackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Packs a model's folder into one file that is mapped and served at once.",
        discussion: """
            Matrices take the format of --weights; the head has at least 8 bits, and embeddings, norms and other small \
            tensors stay as they are. The file holds tokenizer, template and configuration too. Keep the folder: a \
            packed file is never the only copy.
            """
    )

    @Argument(help: "The folder, or 'embedded' for the built-in model.")
    var directory: String

    @Option(help: "The format of the matrices: \(BenchWeights.allCases.map(\.rawValue).joined(separator: ", ")).")
    var weights: BenchWeights

    @Option(name: .shortAndLong, help: "The file to write.")
    var output: String

    @Flag(help: "Print what each tensor lost: the root mean square error over that of its weights.")
    var report = false

    @Flag(help: "Make up the weights; the folder needs no safetensors. For measurements.")
    var madeUp = false

    @Option(help: "Threads that pack; 0 is one for each core.")
    var threads = 0

    func validate() throws {
        if !(0...1024).contains(threads) { throw ValidationError("--threads is \(threads), but must be 0 to 1024") }
    }

    func run() async throws {
        let folder = directory == Settings.embeddedModel ? try BundledResources.path("actuary-embedded") : directory
        guard FileManager.default.fileExists(atPath: folder) else {
            throw CommandFailure.badInput(
                "there is no folder \(folder): give one with config.json and safetensors files"
            )
        }
        let device = try CPUDevice.forCommand(threads: threads)
        var progress = ProgressLine(title: "packing")
        let outcomes: [ModelPacker.Outcome]
        do throws(ModelError) {
            let packer = try packer(folder, on: device)
            outcomes = try packer.write(to: output) { progress.show($0, of: $1) }
        } catch {
            throw CommandFailure.forPacking(error)
        }
        progress.end()
        if report { StandardStream.output.write(PackCommand.table(outcomes)) }
        let bytes = outcomes.reduce(0) { $0 + $1.byteCount }
        StandardStream.error.write("\(output): \(outcomes.count) tensors, \(bytes >> 20) MiB of weights\n")
    }

    private func packer(_ folder: String, on device: CPUDevice) throws(ModelError) -> ModelPacker {
        guard madeUp else { return try ModelPacker(directory: folder, weights: weights.format, device: device) }
        return try ModelPacker(
            madeUp: try ModelShape.configuration(named: folder + "/config.json"),
            directory: folder,
            weights: weights.format,
            device: device
        )
    }

    /// A line for each packed tensor, and one for each format.
    static func table(_ outcomes: [ModelPacker.Outcome]) -> String {
        let packed = outcomes.filter { $0.loss != nil }
        var rows = [["tensor", "shape", "format", "bits", "relative error"]]
        for outcome in packed {
            rows.append(row(outcome.name, outcome.shape.map(String.init).joined(separator: " x "), [outcome]))
        }
        for format in WeightFormat.allCases {
            let group = packed.filter { $0.format == format }
            if !group.isEmpty { rows.append(row("all", "\(group.count) tensors", group)) }
        }
        return BudgetReport.aligned(rows)
    }

    private static func row(_ name: String, _ shape: String, _ outcomes: [ModelPacker.Outcome]) -> [String] {
        var loss = CPUDevice.PackingLoss()
        for outcome in outcomes { if let part = outcome.loss { loss.add(part) } }
        let weights = outcomes.reduce(0) { $0 + $1.shape.reduce(1, *) }
        let bits = Double(outcomes.reduce(0) { $0 + $1.byteCount } * 8) / Double(max(weights, 1))
        let bitsText = String(format: "%.2f", bits)
        return [name, shape, outcomes.first?.format.name ?? "", bitsText, String(format: "%.5f", loss.relative)]
    }
}

extension BenchWeights: ExpressibleByArgument {}

extension CommandFailure {
    /// What went wrong while a model was packed.
    static func forPacking(_ error: ModelError) -> CommandFailure {
        switch error {
        case .compute(.diskFull), .compute(.cannotWrite): .inputOutput("\(error)")
        default: .badInput("\(error)")
        }
    }
}
