/// The numbers from `lower` to `upper`; `upper` belongs to them, `lower` only if `includesLower`.
struct NumberRange: Sendable, Equatable {
    let lower: Double
    let includesLower: Bool
    let upper: Double

    /// Both ends belong to the range.
    static func from(_ lower: Double, to upper: Double) -> NumberRange {
        NumberRange(lower: lower, includesLower: true, upper: upper)
    }

    /// The lower end does not belong to the range.
    static func above(_ lower: Double, to upper: Double) -> NumberRange {
        NumberRange(lower: lower, includesLower: false, upper: upper)
    }

    func contains(_ number: Double) -> Bool {
        (includesLower ? number >= lower : number > lower) && number <= upper
    }
}
