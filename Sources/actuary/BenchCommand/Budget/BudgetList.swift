import ArgumentParser

/// The budgets of a bench, as `--budgets` takes them.
struct BudgetList: ExpressibleByArgument, Equatable, Sendable {
    static let standard = BudgetList([.none, .tokens(16), .tokens(32), .tokens(64), .tokens(128), .unlimited])

    let budgets: [ThinkingBound]

    private init(_ budgets: [ThinkingBound]) { self.budgets = budgets }

    /// Takes different numbers with commas between them, for example `0,16,-1`.
    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let budgets = parts.compactMap { Int($0).flatMap(ThinkingBound.init(number:)) }
        guard budgets.count == parts.count, Set(budgets).count == budgets.count else { return nil }
        self.init(budgets)
    }

    var defaultValueDescription: String { "0,16,32,64,128,-1" }
}
