import ArgumentParser

/// `actuary bench`: measurements that anybody can repeat.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures a server.",
        subcommands: [BudgetBench.self]
    )
}
