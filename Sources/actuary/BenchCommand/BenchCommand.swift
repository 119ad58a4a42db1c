import ArgumentParser

/// `actuary bench`: measurements that anybody can repeat.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures this machine and servers.",
        subcommands: [
            DecodeBench.self, PrefillBench.self, HybridBench.self, BudgetBench.self, ServeBench.self, QualityBench.self,
        ]
    )
}
