import ArgumentParser

/// `actuary account`: who pays, and how.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Opens, shows, credits, limits and closes accounts; running servers notice at once.",
        subcommands: [
            AccountCreateCommand.self, AccountListCommand.self, AccountShowCommand.self, AccountGrantCommand.self,
            AccountLimitCommand.self, AccountPlanCommand.self, AccountCloseCommand.self,
        ]
    )
}
