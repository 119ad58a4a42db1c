/// Numbers between bounds, written with a fixed number of decimals.
enum DecimalRange {
    /// The largest scaled number: its digits are those that a double tells apart.
    static let limit = 999_999_999_999_999

    /// `lower...upper` in units of `10^-decimals`; `nil` if the range is empty.
    static func expression(_ lower: Int, _ upper: Int, decimals: Int) -> GrammarExpression? {
        guard lower <= upper else { return nil }
        var parts: [GrammarExpression] = []
        if upper >= 0 { parts += naturals(max(lower, 0), upper, decimals) }
        if lower < 0 {
            let negatives = naturals(max(1, -upper), -lower, decimals)
            parts += negatives.map { .sequence([.text("-"), $0]) }
        }
        return parts.isEmpty ? nil : .choice(parts)
    }

    /// By the number of digits, none in front but a single zero before the point.
    private static func naturals(_ lower: Int, _ upper: Int, _ decimals: Int) -> [GrammarExpression] {
        guard lower <= upper else { return [] }
        var parts: [GrammarExpression] = []
        let shortest = decimals + 1
        for count in shortest...max(shortest, String(upper).utf8.count) {
            let least = count == shortest ? 0 : power(count - 1)
            let (low, high) = (max(lower, least), min(upper, power(count) - 1))
            guard low <= high else { continue }
            parts.append(fixed(digits(low, count), digits(high, count), decimals))
        }
        return parts
    }

    private static func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { value, _ in value * 10 } }

    private static func digits(_ value: Int, _ count: Int) -> ArraySlice<UInt8> {
        let text = Array(String(value).utf8)
        return (Array(repeating: UInt8(ascii: "0"), count: max(0, count - text.count)) + text)[...]
    }

    /// Numbers of equally many digits.
    private static func fixed(
        _ low: ArraySlice<UInt8>,
        _ high: ArraySlice<UInt8>,
        _ decimals: Int
    ) -> GrammarExpression {
        guard let first = low.first, let last = high.first else { return .nothing }
        let point: [GrammarExpression] = decimals > 0 && low.count == decimals ? [.text(".")] : []
        let (lowRest, highRest) = (low.dropFirst(), high.dropFirst())
        let zeros = Array(repeating: UInt8(ascii: "0"), count: lowRest.count)[...]
        let nines = Array(repeating: UInt8(ascii: "9"), count: lowRest.count)[...]
        func digit(_ range: ClosedRange<UInt8>) -> GrammarExpression {
            .characters(ScalarSet([UInt32(range.lowerBound)...UInt32(range.upperBound)]))
        }
        if first == last { return .sequence(point + [digit(first...first), fixed(lowRest, highRest, decimals)]) }
        if lowRest == zeros, highRest == nines {
            return .sequence(point + [digit(first...last), fixed(zeros, nines, decimals)])
        }
        var parts: [GrammarExpression] = [.sequence([digit(first...first), fixed(lowRest, nines, decimals)])]
        if last - first > 1 {
            parts.append(.sequence([digit((first + 1)...(last - 1)), fixed(zeros, nines, decimals)]))
        }
        parts.append(.sequence([digit(last...last), fixed(zeros, highRest, decimals)]))
        return .sequence(point + [.choice(parts)])
    }
}
