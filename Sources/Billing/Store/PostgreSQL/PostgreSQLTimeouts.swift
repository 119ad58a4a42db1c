/// How long the pieces of work with PostgreSQL may take, so that a dead database is noticed in seconds.
package struct PostgreSQLTimeouts: Hashable, Sendable {
    /// For reaching one server and logging in; whole seconds, at least 2.
    package var connect = Duration.seconds(3)
    /// For other replicas to end their transaction.
    package var lock = Duration.seconds(3)
    /// For one statement, the waiting for a lock included; the server keeps it.
    package var statement = Duration.seconds(4)
    /// Without a word from the server, or from us in the middle of a transaction.
    package var silence = Duration.seconds(5)

    package init() {}
}
