/// A dictionary: keys in the order of insertion, found by Python's equality.
final class ValueMap {
    /// Which part of the entries a view shows.
    enum View: String {
        case keys = "dict_keys"
        case values = "dict_values"
        case items = "dict_items"
    }

    private(set) var keys: [Value] = []
    private(set) var values: [Value] = []
    private(set) var extent = Extent(depth: 1, weight: 1)
    /// Built when the entries are too many for a plain search.
    private var index: [HashedKey: Int] = [:]
    private static let plainSearchLimit = 8

    init() {}

    /// - Throws: `TemplateError` for a key that cannot be hashed or values nested too deep.
    init(_ entries: some Sequence<(key: Value, value: Value)>) throws(TemplateError) {
        for entry in entries { try set(entry.key, entry.value) }
    }

    var count: Int { keys.count }

    /// Entries as `(key, value)` tuples.
    var items: [Value] {
        zip(keys, values).map { key, value in
            var extent = key.extent
            extent.include(value.extent)
            extent.depth += 1
            return .tuple(ValueList([key, value], extent: extent))
        }
    }

    /// What a view shows.
    func elements(_ view: View) -> [Value] {
        switch view {
        case .keys: keys
        case .values: values
        case .items: items
        }
    }

    /// The value of a text key.
    subscript(name: [UInt8]) -> Value? {
        if index.isEmpty {
            for (position, key) in keys.enumerated() {
                if case .string(let text) = key, text.utf8 == name { return values[position] }
            }
            return nil
        }
        return index[.string(name)].map { values[$0] }
    }

    /// The value of any key.
    ///
    /// - Throws: `TemplateError` for a key that cannot be hashed.
    func value(for key: Value) throws(TemplateError) -> Value? {
        try position(of: HashedKey(key)).map { values[$0] }
    }

    /// Adds or replaces an entry; a replaced one keeps its place and key.
    func set(_ key: Value, _ value: Value) throws(TemplateError) {
        var added = value.extent
        added.depth += 1
        let hashed = try HashedKey(key)
        if let position = try position(of: hashed) {
            added.weight -= values[position].extent.weight
            extent.include(added)
            try extent.check()
            values[position] = value
            return
        }
        added.weight += key.extent.weight
        extent.include(added)
        try extent.check()
        keys.append(key)
        values.append(value)
        if !index.isEmpty {
            index[hashed] = keys.count - 1
        } else if keys.count > ValueMap.plainSearchLimit {
            for (position, key) in keys.enumerated() { index[try HashedKey(key)] = position }
        }
    }

    func copy() -> ValueMap {
        let copy = ValueMap()
        copy.keys = keys
        copy.values = values
        copy.extent = extent
        copy.index = index
        return copy
    }

    private func position(of key: HashedKey) throws(TemplateError) -> Int? {
        guard index.isEmpty else { return index[key] }
        for (position, candidate) in keys.enumerated() where try HashedKey(candidate) == key { return position }
        return nil
    }
}

/// A dictionary key reduced to what Python hashes: `1`, `1.0` and `True` are the same key.
enum HashedKey: Hashable {
    case undefined
    case none
    case int(Int)
    case bigInteger(String)
    case double(Double)
    case string([UInt8])
    case tuple([HashedKey])
    case range([Int])
    case object(ObjectIdentifier)

    /// - Throws: `TemplateError` for lists and dictionaries, which have no hash.
    init(_ value: Value) throws(TemplateError) {
        switch value {
        case .undefined: self = .undefined
        case .none: self = .none
        case .bool(let flag): self = .int(flag ? 1 : 0)
        case .int(let number): self = .int(number)
        case .bigInteger(let digits): self = .bigInteger(digits)
        case .double(let number): self = Int(exactly: number).map(HashedKey.int) ?? .double(number)
        case .string(let text): self = .string(text.utf8)
        case .tuple(let list):
            self = .tuple(try list.items.map { (item) throws(TemplateError) in try HashedKey(item) })
        case .range(let range): self = .range(range.count == 0 ? [] : [range.count, range.start, range.step])
        case .namespace(let object): self = .object(ObjectIdentifier(object))
        case .loop(let object): self = .object(ObjectIdentifier(object))
        case .iterator(let object): self = .object(ObjectIdentifier(object))
        case .macro(let object): self = .object(ObjectIdentifier(object))
        case .method(let object): self = .object(ObjectIdentifier(object))
        case .function(let function): self = .string(Array(function.rawValue.utf8))
        case .list, .dictionary, .view: throw .failed("unhashable type: '\(value.typeName)'")
        }
    }
}
