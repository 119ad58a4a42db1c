import Billing

/// What a price file says: a price book and the plans of thinking credits.
struct PriceList: Equatable, Sendable {
    var book: PriceBook
    var plans: [CreditPlan]

    /// What applies without a file.
    static let builtIn = PriceList(book: .builtIn, plans: CreditPlan.builtIn)

    /// The list of a file, or the built-in one.
    ///
    /// - Throws: `CommandFailure` that names file, line and key.
    static func load(path: String?) throws(CommandFailure) -> PriceList {
        guard let path else { return .builtIn }
        return try PriceFile(path: path).list()
    }

    /// The plan of that name.
    ///
    /// - Throws: `CommandFailure.badUsage` that lists the names there are.
    func plan(named name: String) throws(CommandFailure) -> CreditPlan {
        guard let plan = plans.first(where: { $0.name == name }) else {
            let names = plans.map(\.name).joined(separator: ", ")
            throw .badUsage("there is no plan \(name): there are \(names.isEmpty ? "none" : names)")
        }
        return plan
    }
}
