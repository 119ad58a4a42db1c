/// An amount of money in picodollars: 1 USD is 1,000,000,000,000.
///
/// Prices of tokens are a few ten thousand picodollars, so that every product of tokens and price is a whole number and
/// nothing is ever rounded before an invoice. The range is ±9.2 million USD; arithmetic that leaves it throws.
package struct PicoUSD: Hashable, Sendable {
    /// The picodollars.
    package var picodollars: Int64

    package init(_ picodollars: Int64) { self.picodollars = picodollars }

    package static let zero = PicoUSD(0)
    /// One US dollar.
    package static let dollar = PicoUSD(1_000_000_000_000)

    /// The sum.
    ///
    /// - Throws: `MoneyOverflow` if it is out of range.
    package func adding(_ other: PicoUSD) throws(MoneyOverflow) -> PicoUSD {
        let (sum, overflows) = picodollars.addingReportingOverflow(other.picodollars)
        guard !overflows else { throw MoneyOverflow() }
        return PicoUSD(sum)
    }

    /// The difference.
    ///
    /// - Throws: `MoneyOverflow` if it is out of range.
    package func subtracting(_ other: PicoUSD) throws(MoneyOverflow) -> PicoUSD {
        let (difference, overflows) = picodollars.subtractingReportingOverflow(other.picodollars)
        guard !overflows else { throw MoneyOverflow() }
        return PicoUSD(difference)
    }

    /// What `count` things of this price cost.
    ///
    /// - Throws: `MoneyOverflow` if it is out of range.
    package func times(_ count: Int) throws(MoneyOverflow) -> PicoUSD {
        let (product, overflows) = picodollars.multipliedReportingOverflow(by: Int64(count))
        guard !overflows else { throw MoneyOverflow() }
        return PicoUSD(product)
    }
}

/// An amount of money beyond ±9.2 million USD.
package struct MoneyOverflow: Error, Equatable, Sendable {
    package init() {}
}

extension PicoUSD: Comparable {
    package static func < (left: PicoUSD, right: PicoUSD) -> Bool { left.picodollars < right.picodollars }
}

extension PicoUSD: Codable {
    package init(from decoder: any Decoder) throws {
        picodollars = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(picodollars)
    }
}
