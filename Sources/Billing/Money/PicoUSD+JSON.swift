package import OrderedJSON

extension PicoUSD {
    /// Dollars as a JSON number with exact digits.
    package var json: JSONValue { .decimal(usd) }
}

extension PicoUSD? {
    /// Dollars as a JSON number; `null` where there is no price, which is not 0.
    package var json: JSONValue { self?.json ?? .null }
}
