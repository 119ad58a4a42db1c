/// The credits that stand behind the thinking bound of one request, by where they come from, in the order of spending.
package struct CreditReservation: Hashable, Sendable {
    /// Of the minute's baseline, which takes no credits.
    package var baseline = CreditAmount.zero
    /// Of launch credits and grants.
    package var granted = CreditAmount.zero
    /// Of what accrued.
    package var earned = CreditAmount.zero
    /// Owed, and free if earned back.
    package var surplus = CreditAmount.zero
    /// Beyond what may be owed: charged.
    package var charged = CreditAmount.zero

    package init() {}

    /// All parts together.
    package var total: CreditAmount { baseline + granted + earned + surplus + charged }

    /// The thinking tokens that are charged as surplus; always whole ones.
    package var chargedTokens: Int { charged.credits }

    /// Both reservations as one.
    package static func + (one: CreditReservation, other: CreditReservation) -> CreditReservation {
        var sum = one
        sum.baseline += other.baseline
        sum.granted += other.granted
        sum.earned += other.earned
        sum.surplus += other.surplus
        sum.charged += other.charged
        return sum
    }

    /// The part that the first `tokens` of it spend.
    ///
    /// - Precondition: `tokens` is not more than was reserved.
    package func spending(tokens: Int) -> CreditReservation {
        var rest = CreditAmount(credits: tokens)
        precondition(rest <= total, "more was spent than reserved")
        func take(_ available: CreditAmount) -> CreditAmount {
            let part = min(rest, available)
            rest -= part
            return part
        }
        var spent = CreditReservation()
        spent.baseline = take(baseline)
        spent.granted = take(granted)
        spent.earned = take(earned)
        spent.surplus = take(surplus)
        spent.charged = take(charged)
        return spent
    }
}

/// An array of five numbers of credit units: baseline, granted, earned, surplus, charged.
extension CreditReservation: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        baseline = try list.decode(CreditAmount.self)
        granted = try list.decode(CreditAmount.self)
        earned = try list.decode(CreditAmount.self)
        surplus = try list.decode(CreditAmount.self)
        charged = try list.decode(CreditAmount.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for part in [baseline, granted, earned, surplus, charged] { try list.encode(part) }
    }
}
