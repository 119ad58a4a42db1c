package import OrderedJSON

extension PicoUSD {
    /// Dollars as a JSON number with exact digits.
    package var json: JSONValue { .decimal(usd) }

    /// Dollars from JSON: a string of decimal digits, or a number of at most 15 digits, which is as many as survive on the
    /// way through floating point. `nil` for anything else: money is never guessed.
    package init?(json: JSONValue) {
        switch json {
        case .integer(let dollars): self.init(usd: String(dollars))
        case .double(let number):
            guard let digits = PicoUSD.digits(of: number) else { return nil }
            self.init(usd: digits)
        case .string(let text): self.init(usd: text)
        default: return nil
        }
    }

    /// The shortest decimal digits of a number, without an exponent.
    private static func digits(of number: Double) -> String? {
        guard number.isFinite else { return nil }
        let parts = "\(number.magnitude)".split(separator: "e")
        guard let exponent = parts.count == 2 ? Int(parts[1]) : 0, abs(exponent) < 32 else { return nil }
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count == 2 && mantissa[1] != "0" ? String(mantissa[1]) : ""
        var digits = String(mantissa[0]) + fraction
        var point = mantissa[0].count + exponent
        guard digits.drop(while: { $0 == "0" }).count <= 15 else { return nil }
        if point <= 0 {
            digits = String(repeating: "0", count: 1 - point) + digits
            point = 1
        }
        digits += String(repeating: "0", count: max(0, point - digits.count))
        let (whole, rest) = (digits.prefix(point), digits.dropFirst(point))
        return (number < 0 ? "-" : "") + whole + (rest.isEmpty ? "" : "." + rest)
    }
}

extension PicoUSD? {
    /// Dollars as a JSON number; `null` where there is no price, which is not 0.
    package var json: JSONValue { self?.json ?? .null }
}
