import OrderedCollections

/// The members of a JSON object, in the order in which they were written.
package struct JSONObject: Sendable, Equatable, Sequence, ExpressibleByDictionaryLiteral {
    private var members: OrderedDictionary<String, JSONValue> = [:]

    package init() {}

    /// - Precondition: The keys differ.
    package init(_ members: [(String, JSONValue)]) {
        self.members = OrderedDictionary(uniqueKeysWithValues: members)
    }

    /// - Precondition: The keys differ.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }

    /// The member of that name; a new one goes to the end, `nil` removes.
    package subscript(key: String) -> JSONValue? {
        get { members[key] }
        set { members[key] = newValue }
    }

    /// The names in order.
    package var keys: [String] { Array(members.keys) }
    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    package func makeIterator() -> AnyIterator<(key: String, value: JSONValue)> {
        var iterator = members.makeIterator()
        return AnyIterator { iterator.next().map { (key: $0.key, value: $0.value) } }
    }

    /// Sets a member and tells the value it replaced.
    @discardableResult
    package mutating func updateValue(_ value: JSONValue, forKey key: String) -> JSONValue? {
        members.updateValue(value, forKey: key)
    }
}
