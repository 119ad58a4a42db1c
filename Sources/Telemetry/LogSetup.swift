package import Logging

/// Chooses where the process's logs go; called once, before the first logger is made.
package enum LogSetup {
    /// Sends every logger's events of `level` and above to standard error as JSON lines.
    package static func bootstrap(level: Logger.Level) {
        let sink = StandardErrorSink()
        LoggingSystem.bootstrap { _ in JSONLogHandler(level: level, sink: sink) }
    }
}
