import Billing

/// What a price file says: a price book and the plans of thinking credits.
struct PriceList: Equatable, Sendable {
    var book: PriceBook
    var plans: PlanCatalog

    /// What applies without a file.
    static let builtIn = PriceList(book: .builtIn, plans: PlanCatalog())

    /// The list of a file, or the built-in one.
    ///
    /// - Throws: `CommandFailure` that names file, line and key.
    static func load(path: String?) throws(CommandFailure) -> PriceList {
        guard let path else { return .builtIn }
        return try PriceFile(path: path).list()
    }

    /// A plan of the list; `nil` for `none` and without a name.
    ///
    /// - Throws: `CommandFailure.badUsage` that lists the names there are.
    func plan(_ name: String?, mode: CreditPlan.Mode?) throws(CommandFailure) -> CreditPlan? {
        do throws(LedgerError) { return try plans.choose(name, mode: mode) } catch { throw CommandFailure(error) }
    }
}
