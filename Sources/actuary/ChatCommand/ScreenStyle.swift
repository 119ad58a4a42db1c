/// What the place where answers are shown can do.
struct ScreenStyle: Equatable, Sendable {
    /// A person looks at it, and control characters would act on it.
    var isTerminal: Bool
    /// Thoughts are dimmed; otherwise tags stand around them.
    var isColoured: Bool

    /// The style for standard output.
    ///
    /// - Parameters:
    ///   - isTerminal: Whether it leads to a terminal.
    ///   - environment: Where `NO_COLOR` (no-color.org) and `TERM` are looked up.
    init(isTerminal: Bool, environment: [String: String]) {
        self.isTerminal = isTerminal
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColoured = isTerminal && !isRefused && environment["TERM"] != "dumb"
    }
}
