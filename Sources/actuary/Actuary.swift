import ArgumentParser
import Glibc

/// The command `actuary`.
@main
struct Actuary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actuary",
        abstract: "Serves language models that think, with thinking bounded and counted per request.",
        subcommands: [
            ServeCommand.self, ChatCommand.self, ModelCommand.self, AccountCommand.self, KeyCommand.self,
            LedgerCommand.self, BenchCommand.self,
        ]
    )

    /// Runs the subcommand that was asked for, and is the only place that ends the process with an error.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            StandardStream.error.write("actuary: \(failure.message)\n")
            Glibc.exit(failure.exitCode)
        } catch {
            exit(withError: error)
        }
    }
}
