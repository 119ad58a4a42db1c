/// A number of credits in units of 1/3,600,000, of which an earn rate of one an hour gives exactly one a millisecond.
package struct CreditAmount: Hashable, Comparable, Sendable, Codable {
    package var units: Int

    package static let unitsPerCredit = 3_600_000
    package static let zero = CreditAmount(units: 0)

    package init(units: Int) { self.units = units }

    /// Whole credits.
    ///
    /// - Precondition: At most `CreditPlan.termMax`.
    package init(credits: Int) {
        precondition(credits.magnitude <= CreditPlan.termMax.magnitude * 2)
        units = credits * CreditAmount.unitsPerCredit
    }

    /// The whole credits in it.
    package var credits: Int { units / CreditAmount.unitsPerCredit }

    /// The whole credits that cover it.
    package var creditsRoundedUp: Int { (units + CreditAmount.unitsPerCredit - 1) / CreditAmount.unitsPerCredit }

    package init(from decoder: any Decoder) throws {
        units = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(units)
    }

    package static func < (left: CreditAmount, right: CreditAmount) -> Bool { left.units < right.units }
    package static func + (left: CreditAmount, right: CreditAmount) -> CreditAmount {
        CreditAmount(units: left.units + right.units)
    }
    package static func - (left: CreditAmount, right: CreditAmount) -> CreditAmount {
        CreditAmount(units: left.units - right.units)
    }
    package static func += (left: inout CreditAmount, right: CreditAmount) { left = left + right }
    package static func -= (left: inout CreditAmount, right: CreditAmount) { left = left - right }
}
