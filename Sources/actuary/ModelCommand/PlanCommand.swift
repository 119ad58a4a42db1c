import ArgumentParser
import Foundation
import NemotronH

/// `actuary model plan`: what fits into which memory.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows how many sequences fit into a memory, for each format of weights and state.",
        discussion: "All numbers are bytes; nothing is loaded."
    )

    @Argument(help: "A folder, a packed file, 'embedded', or a shape: \(ModelShape.names.joined(separator: ", ")).")
    var model: String

    @Option(help: "Where it is to run: a10 or cpu.")
    var device = ModelPlan.Machine.a10

    @Option(help: "The memory, for example 24GB or 16GiB; by default 24GB for the A10, and what is free for the CPU.")
    var memory: MemorySize?

    @Option(help: "Write one JSON object a line to this file.")
    var json: String?

    func run() async throws {
        let bytes = memory?.bytes ?? (device == .a10 ? 24_000_000_000 : AvailableMemory.bytes())
        let plan = ModelPlan(try sizes(), machine: device, memoryBytes: bytes)
        StandardStream.output.write(BudgetReport.aligned([ModelPlan.Row.header] + plan.rows.map(\.cells)))
        try EngineBenchReport(jsonPath: json).write(plan.rows.map(\.json).joined())
    }

    private func sizes() throws(CommandFailure) -> NemotronHConfiguration {
        do throws(ModelError) {
            if ModelShape.names.contains(model) { return try ModelShape.configuration(named: model) }
        } catch {
            throw .badInput("\(error)")
        }
        let path = model == Settings.embeddedModel ? try BundledResources.path("actuary-embedded") : model
        return try ModelFolder(path: path).configuration()
    }
}

extension ModelPlan.Machine: ExpressibleByArgument {}

/// Bytes as people write them: a number and B, kB, MB, GB, TB or KiB, MiB, GiB, TiB.
struct MemorySize: ExpressibleByArgument, Equatable, Sendable {
    let bytes: Int

    private static let units: [(String, Double)] = [
        ("kib", 0x1p10), ("mib", 0x1p20), ("gib", 0x1p30), ("tib", 0x1p40), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9),
        ("tb", 1e12), ("b", 1),
    ]

    init?(argument: String) {
        let text = argument.lowercased()
        let unit = MemorySize.units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard digits.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (48...57).contains($0) }),
            let number = Double(digits), number > 0, number * (unit?.1 ?? 1) < 1e18
        else { return nil }
        bytes = Int(number * (unit?.1 ?? 1))
    }
}
