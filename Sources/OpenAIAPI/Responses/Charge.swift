package import OrderedJSON

/// What a request cost, as members of `usage`.
package struct Charge: Sendable, Equatable {
    /// Money is written with exact decimal digits.
    package var members = JSONObject()

    package init() {}

    /// Appends the members, a comma before each.
    func append(to bytes: inout [UInt8]) {
        for (name, value) in members {
            bytes.json(",")
            bytes.json(string: name)
            bytes.json(":")
            value.append(to: &bytes)
        }
    }
}
