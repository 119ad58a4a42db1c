import ArgumentParser

/// `actuary key`: what opens the server.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Makes, lists, limits, rotates and revokes keys; running servers notice at once.",
        subcommands: [
            KeyCreateCommand.self, KeyListCommand.self, KeyLimitCommand.self, KeyRotateCommand.self,
            KeyRevokeCommand.self,
        ]
    )
}
