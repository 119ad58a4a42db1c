import ArgumentParser

/// `actuary model`: what can be done with a model before it is served.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Inspects, packs and plans models.",
        subcommands: [InspectCommand.self, PackCommand.self, PlanCommand.self]
    )
}
