/// How long the model may think in one run of the bench.
enum ThinkingBound: Hashable, Sendable {
    /// Not at all.
    case none
    /// At most so many tokens, 1 or more.
    case tokens(Int)
    /// As long as it likes.
    case unlimited

    /// Reads a number as it is written in `--budgets`: 0 is no thinking, -1 no bound.
    init?(number: Int) {
        switch number {
        case -1: self = .unlimited
        case 0: self = .none
        case 1...Int(Int32.max): self = .tokens(number)
        default: return nil
        }
    }

    /// What it is called in tables and pictures.
    var label: String {
        switch self {
        case .none: "no_think"
        case .tokens(let count): "\(count)"
        case .unlimited: "unlimited"
        }
    }

    /// What a request asks for; without a bound the largest number there is, since -1 means the server's default.
    var maxThinkTokens: Int {
        switch self {
        case .none: 0
        case .tokens(let count): count
        case .unlimited: Int(Int32.max)
        }
    }
}
