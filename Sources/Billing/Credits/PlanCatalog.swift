/// The plans of thinking credits that accounts can have.
package struct PlanCatalog: Equatable, Sendable {
    package var plans: [CreditPlan]

    package init(_ plans: [CreditPlan] = CreditPlan.builtIn) { self.plans = plans }

    /// What stands for no plan where one is changed.
    package static let none = "none"

    /// The plan of that name, in its own mode or another.
    ///
    /// - Returns: `nil` for `none` and without a name: to think without credits.
    /// - Throws: `LedgerError.invalid` that lists the names there are.
    package func choose(_ name: String?, mode: CreditPlan.Mode? = nil) throws(LedgerError) -> CreditPlan? {
        guard let name, name != PlanCatalog.none else {
            guard mode == nil else { throw .invalid(field: "mode", rule: "needs a plan") }
            return nil
        }
        guard var plan = plans.first(where: { $0.name == name }) else {
            let names = plans.map(\.name).joined(separator: ", ")
            throw .invalid(field: "plan", rule: names.isEmpty ? "has no choices here" : "must be one of \(names)")
        }
        if let mode { plan.mode = mode }
        return plan
    }
}
