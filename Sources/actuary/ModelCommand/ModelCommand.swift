import ArgumentParser

/// `actuary model`: what can be done with a model before it is served.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Inspects and packs models.",
        subcommands: [PackCommand.self, InspectCommand.self]
    )
}
