/// Python's `==`, `<` and `in`.
enum Comparison {
    static func areEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)): return left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            return left === right || areEqual(left.items, right.items)
        case (.dictionary(let left), .dictionary(let right)): return areEqual(left, right)
        case (.view(let left, let kind), .view(let right, let other)): return areEqual(left, kind, right, other)
        case (.range(let left), .range(let right)):
            return left.count == right.count
                && (left.count == 0 || left.start == right.start && (left.count == 1 || left.step == right.step))
        case (.bigInteger(let left), .bigInteger(let right)): return left == right
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.loop(let left), .loop(let right)): return left === right
        case (.iterator(let left), .iterator(let right)): return left === right
        case (.macro(let left), .macro(let right)): return left === right
        case (.function(let left), .function(let right)): return left == right
        case (.bigInteger, _), (_, .bigInteger): return false
        default:
            if let left = left.asInt, let right = right.asInt { return left == right }
            guard let order = exactOrder(left, right) else { return false }
            return order == 0
        }
    }

    private static func areEqual(_ left: [Value], _ right: [Value]) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where !areEqual(left[index], right[index]) { return false }
        return true
    }

    private static func areEqual(_ left: ValueMap, _ right: ValueMap) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count {
            guard let other = try? right.value(for: left.keys[index]), areEqual(left.values[index], other) else {
                return false
            }
        }
        return true
    }

    /// Views of keys and items compare as sets do; views of values only with themselves.
    private static func areEqual(_ left: ValueMap, _ kind: ValueMap.View, _ right: ValueMap, _ other: ValueMap.View)
        -> Bool
    {
        guard kind != .values, other != .values else { return false }
        let rights = right.elements(other)
        let lefts = left.elements(kind)
        return lefts.count == rights.count
            && lefts.allSatisfy { item in rights.contains { areEqual(item, $0) } }
    }

    /// -1, 0 or 1 for two numbers, compared exactly; `nil` if one is no number or not a number.
    private static func exactOrder(_ left: Value, _ right: Value) -> Int? {
        switch (left.asInt, right.asInt) {
        case (let left?, let right?): return left < right ? -1 : left == right ? 0 : 1
        case (let left?, nil): return right.asDouble.flatMap { order(left, $0) }
        case (nil, let right?): return left.asDouble.flatMap { order(right, $0) }.map { -$0 }
        case (nil, nil):
            guard let left = left.asDouble, let right = right.asDouble, !left.isNaN, !right.isNaN else { return nil }
            return left < right ? -1 : left == right ? 0 : 1
        }
    }

    /// An integer against a float without rounding the integer.
    private static func order(_ left: Int, _ right: Double) -> Int? {
        if right.isNaN { return nil }
        if right >= 0x1p63 { return -1 }
        if right < -0x1p63 { return 1 }
        let whole = right.rounded(.down)
        let floor = Int(whole)
        if left != floor { return left < floor ? -1 : 1 }
        return right > whole ? -1 : 0
    }

    /// Whether `left < right`; `orEqual` for `<=`.
    ///
    /// - Throws: `TemplateError` for types that have no order between them.
    static func isLess(_ left: Value, _ right: Value, orEqual: Bool = false) throws(TemplateError) -> Bool {
        switch (left, right) {
        case (.undefined(let missing), _), (_, .undefined(let missing)): throw .failed(missing.message)
        case (.string(let left), .string(let right)):
            // The order of UTF-8 bytes is the order of code points.
            return left.utf8.lexicographicallyPrecedes(right.utf8) || orEqual && left == right
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left.items, right.items) where !areEqual(left, right) {
                return try isLess(left, right, orEqual: orEqual)
            }
            return orEqual ? left.items.count <= right.items.count : left.items.count < right.items.count
        default:
            guard left.asDouble != nil, right.asDouble != nil else {
                throw .failed("'<' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
            }
            guard let order = exactOrder(left, right) else { return false }
            return orEqual ? order <= 0 : order < 0
        }
    }

    /// Whether `item in container`.
    ///
    /// - Throws: `TemplateError` if `container` holds nothing, or not things of that type.
    static func contains(_ container: Value, _ item: Value, _ renderer: Renderer) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = item else {
                throw .failed("'in <string>' requires string as left operand, not \(item.typeName)")
            }
            try renderer.charge(bytes: text.byteCount)
            return text.contains(part)
        case .dictionary(let map), .view(let map, .keys): return try map.value(for: item) != nil
        default:
            for element in try renderer.elements(of: container) where areEqual(element, item) { return true }
            return false
        }
    }

    /// Sorts stably, smallest first, by Python's `<` on the keys.
    static func sorted(_ items: [(key: Value, value: Value)]) throws(TemplateError) -> [(key: Value, value: Value)] {
        guard items.count > 1 else { return items }
        let middle = items.count / 2
        let left = try sorted(Array(items[..<middle]))
        let right = try sorted(Array(items[middle...]))
        var result: [(key: Value, value: Value)] = []
        result.reserveCapacity(items.count)
        var (first, second) = (0, 0)
        while first < left.count, second < right.count {
            if try isLess(right[second].key, left[first].key) {
                result.append(right[second])
                second += 1
            } else {
                result.append(left[first])
                first += 1
            }
        }
        return result + left[first...] + right[second...]
    }
}
