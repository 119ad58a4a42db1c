import OrderedJSON

/// What a request cost, as members of `usage`.
package struct Charge: Sendable, Equatable {
    /// Names and values, written as they stand: money needs exact decimal digits.
    package var members: [(name: String, json: String)] = []

    package init() {}

    package static func == (one: Charge, other: Charge) -> Bool {
        one.members.elementsEqual(other.members) { $0 == $1 }
    }

    /// Appends the members, a comma before each.
    func append(to bytes: inout [UInt8]) {
        for member in members {
            bytes.json(",")
            bytes.json(string: member.name)
            bytes.json(":")
            bytes.append(contentsOf: member.json.utf8)
        }
    }
}
