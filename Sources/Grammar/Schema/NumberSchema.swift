import OrderedJSON

/// Numbers by bounds and divisors.
enum NumberSchema {
    /// The most multiples between bounds that are listed.
    private static let maxListed = 4_096
    /// The largest divisor of unbounded numbers.
    private static let maxDivisor = 512
    /// How far a number goes whose schema bounds it on one side.
    private static let reach = 1_000_000_000.0
    private static let maxDecimals = 6

    static func integer(_ keywords: SchemaKeywords) throws(GrammarError) -> GrammarExpression {
        let bounds = try Bounds(keywords)
        if let divisor = keywords["multipleOf"] { return try multiples(divisor, bounds, keywords) }
        guard let bounds else { return JSONGrammar.integer }
        return try range(bounds, decimals: 0, keywords)
    }

    static func number(_ keywords: SchemaKeywords) throws(GrammarError) -> GrammarExpression {
        let bounds = try Bounds(keywords)
        // Whole multiples are numbers, too.
        if let divisor = keywords["multipleOf"] { return try multiples(divisor, bounds, keywords) }
        guard let bounds else { return JSONGrammar.number }
        let decimals = min(max(bounds.decimals, 2), maxDecimals)
        var parts: [GrammarExpression] = []
        for count in [0, decimals] {
            if let part = try? range(bounds, decimals: count, keywords) { parts.append(part) }
        }
        guard !parts.isEmpty else { throw .matchesNothing(path: keywords.path) }
        return .choice(parts)
    }

    private static func range(
        _ bounds: Bounds,
        decimals: Int,
        _ keywords: SchemaKeywords
    ) throws(GrammarError) -> GrammarExpression {
        guard let (low, high) = bounds.scaled(decimals, reach: reach) else {
            throw .unsupported(path: keywords.path, problem: "bounds of more than fifteen digits are not supported")
        }
        guard let expression = DecimalRange.expression(low, high, decimals: decimals) else {
            throw .matchesNothing(path: keywords.path)
        }
        return expression
    }

    private static func multiples(
        _ divisor: JSONValue,
        _ bounds: Bounds?,
        _ keywords: SchemaKeywords
    ) throws(GrammarError) -> GrammarExpression {
        let path = keywords.path + ".multipleOf"
        guard let number = divisor.number, number > 0, number < 1e9 else {
            throw .invalid(path: path, problem: "'multipleOf' must be a number above 0")
        }
        guard number == number.rounded() else {
            throw .unsupported(path: path, problem: "'multipleOf' is supported for whole numbers")
        }
        let step = Int(number)
        guard let bounds else {
            guard step <= maxDivisor else {
                throw .unsupported(
                    path: path,
                    problem: "without bounds 'multipleOf' is supported up to \(maxDivisor)"
                )
            }
            return .automaton(try automaton(multiplesOf: step), escaped: false)
        }
        guard let (low, high) = bounds.scaled(0, reach: reach) else {
            throw .unsupported(path: keywords.path, problem: "bounds of more than fifteen digits are not supported")
        }
        let first = Int((Double(low) / number).rounded(.up)) * step
        guard first <= high else { throw .matchesNothing(path: keywords.path) }
        guard (high - first) / step < maxListed else {
            throw .unsupported(path: path, problem: "at most \(maxListed) multiples between the bounds are supported")
        }
        return .words(stride(from: first, through: high, by: step).map { Array(String($0).utf8) })
    }

    /// Decimal numbers without a remainder: the states are remainders.
    private static func automaton(multiplesOf step: Int) throws(GrammarError) -> ScalarAutomaton {
        var automaton = ScalarAutomaton()
        let end = try automaton.addState()
        let unsigned = try automaton.addState()
        automaton.addEdge(from: ScalarAutomaton.start, ScalarSet("-"), to: unsigned)
        automaton.addJump(from: ScalarAutomaton.start, to: unsigned)
        automaton.addEdge(from: unsigned, ScalarSet("0"), to: end)
        var remainders: [Int] = []
        for _ in 0..<step { remainders.append(try automaton.addState()) }
        for digit in 0..<10 {
            let set = ScalarSet(String(digit))
            if digit > 0 { automaton.addEdge(from: unsigned, set, to: remainders[digit % step]) }
            for remainder in 0..<step {
                automaton.addEdge(from: remainders[remainder], set, to: remainders[(remainder * 10 + digit) % step])
            }
        }
        automaton.addJump(from: remainders[0], to: end)
        automaton.setEnd(end)
        return try automaton.intersection(.length(atLeast: 1, atMost: 12))
    }
}

extension NumberSchema {
    /// Between what numbers must be.
    struct Bounds {
        var lower: Double?
        var upper: Double?
        var excludesLower = false
        var excludesUpper = false

        /// `nil` if there are no bounds.
        init?(_ keywords: SchemaKeywords) throws(GrammarError) {
            func bound(_ name: String) throws(GrammarError) -> Double? {
                guard let value = keywords[name] else { return nil }
                guard let number = value.number else {
                    throw .invalid(path: "\(keywords.path).\(name)", problem: "'\(name)' must be a number")
                }
                return number
            }
            lower = try bound("minimum")
            upper = try bound("maximum")
            if let other = try bound("exclusiveMinimum"), other >= lower ?? -.infinity {
                lower = other
                excludesLower = true
            }
            if let other = try bound("exclusiveMaximum"), other <= upper ?? .infinity {
                upper = other
                excludesUpper = true
            }
            if lower == nil, upper == nil { return nil }
        }

        /// How many decimals the bounds have.
        var decimals: Int {
            [lower, upper].compactMap { $0 }.map { number in
                (0...9).first { decimals in
                    let scaled = number * Self.power(decimals)
                    return abs(scaled - scaled.rounded()) <= abs(scaled) * 1e-15
                } ?? 9
            }.max() ?? 0
        }

        /// The least and the largest number in units of `10^-decimals`; `nil` if they have too many digits.
        func scaled(_ decimals: Int, reach: Double) -> (Int, Int)? {
            let scale = Self.power(decimals)
            let lower = lower ?? min(-reach, (upper ?? 0) - reach)
            let upper = upper ?? max(reach, lower + reach)
            guard abs(lower) * scale <= Double(DecimalRange.limit), abs(upper) * scale <= Double(DecimalRange.limit)
            else {
                return nil
            }
            var low = Int((lower * scale).rounded(.up))
            var high = Int((upper * scale).rounded(.down))
            // Rounding of the product must not move a number across its bound.
            while Double(low) / scale < lower || excludesLower && Double(low) / scale <= lower { low += 1 }
            while Double(low - 1) / scale >= lower && !excludesLower { low -= 1 }
            while Double(high) / scale > upper || excludesUpper && Double(high) / scale >= upper { high -= 1 }
            while Double(high + 1) / scale <= upper && !excludesUpper { high += 1 }
            return (low, high)
        }

        private static func power(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * 10 } }
    }
}
