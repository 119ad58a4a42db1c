/// Dollars as exact decimal text, without a detour over floating point.
extension PicoUSD {
    /// How many digits stand behind the point at most.
    private static let fractionDigits = 12

    /// The dollars with as many decimals as they need: `0.000000123456`, `12.5`, `0`.
    package var usd: String {
        let (whole, rest) = picodollars.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        var text = picodollars < 0 ? "-\(whole)" : "\(whole)"
        guard rest > 0 else { return text }
        let digits = String(rest)
        text += "." + String(repeating: "0", count: PicoUSD.fractionDigits - digits.count) + digits
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }

    /// The dollars with exactly two decimals, rounded half away from zero: what an invoice asks for.
    package var roundedUSD: String {
        let cents = (picodollars.magnitude + 5_000_000_000) / 10_000_000_000
        let sign = picodollars < 0 && cents > 0 ? "-" : ""
        return "\(sign)\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    /// Dollars from decimal text: digits, and a point with at most twelve digits behind it; a sign may lead.
    ///
    /// `nil` for anything else, exponents and too many digits among it: money is never guessed.
    package init?(usd text: some StringProtocol) {
        var digits = Substring(text)
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard !fraction.isEmpty, fraction.utf8.count <= PicoUSD.fractionDigits,
            (whole + fraction).utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let padding = String(repeating: "0", count: PicoUSD.fractionDigits - fraction.utf8.count)
        guard let number = Int64((isNegative ? "-" : "") + whole + fraction + padding) else { return nil }
        self.init(number)
    }
}
