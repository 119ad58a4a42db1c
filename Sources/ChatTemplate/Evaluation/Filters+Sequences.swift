/// Filters that take sequences apart and put them in order.
extension Renderer {
    func sequenceFilter(
        _ filter: FilterName,
        _ value: Value,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        switch filter {
        case .count, .length, .first, .last, .list, .items, .reverse:
            try arguments.requireNone(for: filter.rawValue)
            return try plainSequenceFilter(filter, value)
        case .join: return try join(value, arguments)
        case .sort:
            let given = try arguments.bound(to: "sort", ["reverse", "case_sensitive", "attribute"])
            let paths = try attributePaths(given[2])
            let keepsCase = given[1]?.isTrue == true
            let keyed = try elements(of: value).map { (item) throws(TemplateError) -> (key: Value, value: Value) in
                let keys = try paths.map { (path) throws(TemplateError) in
                    folded(try follow(path, from: item), keepsCase)
                }
                return (.list(try ValueList(keys)), item)
            }
            return .list(try ValueList(try sorted(keyed, descending: given[0]?.isTrue == true)))
        case .dictsort: return try dictionarySorted(value, arguments)
        case .unique: return try unique(value, arguments)
        case .min, .max: return try extreme(filter, value, arguments)
        case .groupby: return try grouped(value, arguments)
        default: return try chunks(filter, value, arguments)
        }
    }

    private func plainSequenceFilter(_ filter: FilterName, _ value: Value) throws(TemplateError) -> Value {
        switch filter {
        case .count, .length: return .int(try count(of: value))
        case .list: return .list(try ValueList(try elements(of: value)))
        case .first:
            if case .iterator(let iterator) = value {
                return try iterator.next(self) ?? .undefined(.hint("no first item, the sequence was empty"))
            }
            return try elements(of: value).first ?? .undefined(.hint("no first item, the sequence was empty"))
        case .last:
            if case .iterator = value { throw .failed("'\(value.typeName)' object is not reversible") }
            return try elements(of: value).last ?? .undefined(.hint("no last item, the sequence was empty"))
        case .items:
            switch value {
            case .undefined: return .iterator(try LazyIterator("generator", over: value) { _ in [] })
            case .dictionary(let map):
                return .iterator(try LazyIterator("generator", over: value) { _ in map.items })
            default:
                return .iterator(
                    try LazyIterator("generator", over: value) { (_) throws(TemplateError) in
                        throw .failed("items needs a mapping, not \(value.typeName)")
                    }
                )
            }
        default: return try reversed(value)
        }
    }

    private func reversed(_ value: Value) throws(TemplateError) -> Value {
        switch value {
        case .string(let text):
            try charge(bytes: text.byteCount)
            let count = text.scalarCount
            return .string(text.taking(count: count, from: count - 1, step: -1))
        case .iterator:
            return .list(try ValueList(try elements(of: value).reversed()))
        default:
            let items = try elements(of: value)
            return .iterator(try LazyIterator("reversed", over: value) { _ in items.reversed() })
        }
    }

    /// Python's `len(x)`.
    func count(of value: Value) throws(TemplateError) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text):
            try charge(bytes: text.byteCount)
            return text.scalarCount
        case .list(let list), .tuple(let list): return list.items.count
        case .dictionary(let map), .view(let map, _): return map.count
        case .range(let range): return range.count
        case .loop(let loop): return loop.items.count
        default: throw .failed("object of type '\(value.typeName)' has no length")
        }
    }

    private func join(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "join", ["d", "attribute"])
        let separator = try (given[0] ?? .string(TemplateString())).text()
        let path = try attributePath(given[1])
        return try joined(
            try elements(of: value).map { (item) throws(TemplateError) in try follow(path, from: item).text() },
            separator
        )
    }

    /// The parts with a separator between them, if that is not too long.
    func joined(_ parts: [TemplateString], _ separator: TemplateString) throws(TemplateError) -> Value {
        var total = 0
        for part in parts {
            total += part.byteCount
            guard total <= Limits.textBytes else { throw .exceeded("a text is longer than 256 MiB") }
        }
        try willMake(count: parts.count, of: separator.byteCount)
        return try checked(separator.joining(parts))
    }

    // MARK: - Order

    private func sorted(
        _ keyed: [(key: Value, value: Value)],
        descending: Bool
    ) throws(TemplateError) -> [Value] {
        for item in keyed { try charge(bytes: item.key.extent.weight * 20) }
        guard descending else { return try Comparison.sorted(keyed).map(\.value) }
        // Equal keys keep their order in a descending sort, too.
        return try Comparison.sorted(keyed.reversed()).reversed().map(\.value)
    }

    /// A key for comparing without regard to case.
    private func folded(_ key: Value, _ keepsCase: Bool) -> Value {
        guard !keepsCase, case .string(let text) = key else { return key }
        return .string(PythonText.lowercased(text))
    }

    private func dictionarySorted(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "dictsort", ["case_sensitive", "by", "reverse"])
        let by = try (given[1] ?? .string(TemplateString(trusted: "key"))).text().string
        guard by == "key" || by == "value" else { throw .failed("dictsort can sort by 'key' or 'value'") }
        guard case .dictionary(let map) = value else {
            throw .failed("dictsort needs a mapping, not \(value.typeName)")
        }
        let keepsCase = given[0]?.isTrue == true
        let keys = by == "key" ? map.keys : map.values
        let keyed = zip(keys, map.items).map { (key: folded($0, keepsCase), value: $1) }
        return .list(try ValueList(try sorted(keyed, descending: given[2]?.isTrue == true)))
    }

    private func unique(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "unique", ["case_sensitive", "attribute"])
        let path = try attributePath(given[1])
        let keepsCase = given[0]?.isTrue == true
        return .iterator(
            try LazyIterator("generator", over: value) { (renderer) throws(TemplateError) in
                var seen: Set<HashedKey> = []
                var result: [Value] = []
                for item in try renderer.elements(of: value) {
                    let key = renderer.folded(try renderer.follow(path, from: item), keepsCase)
                    if seen.insert(try HashedKey(key)).inserted { result.append(item) }
                }
                return result
            }
        )
    }

    private func extreme(_ filter: FilterName, _ value: Value, _ arguments: CallArguments) throws(TemplateError)
        -> Value
    {
        let given = try arguments.bound(to: filter.rawValue, ["case_sensitive", "attribute"])
        let path = try attributePath(given[1])
        let keepsCase = given[0]?.isTrue == true
        var best: (key: Value, value: Value)?
        for item in try elements(of: value) {
            let key = folded(try follow(path, from: item), keepsCase)
            guard let current = best else {
                best = (key, item)
                continue
            }
            let isBetter =
                try filter == .min ? Comparison.isLess(key, current.key) : Comparison.isLess(current.key, key)
            if isBetter { best = (key, item) }
        }
        return best?.value ?? .undefined(.hint("no aggregated item, the sequence was empty"))
    }

    private func grouped(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "groupby", ["attribute", "default", "case_sensitive"], required: 1)
        let path = try attributePath(given[0])
        let keepsCase = given[2]?.isTrue == true
        let keyed = try elements(of: value).map { (item) throws(TemplateError) -> (key: Value, value: Value) in
            (try follow(path, from: item, standard: given[1]), item)
        }
        let pairs = try keyed.map { (item) throws(TemplateError) -> (key: Value, value: Value) in
            (folded(item.key, keepsCase), .tuple(try pair(item.key, item.value)))
        }
        let ordered = try Comparison.sorted(pairs)
        var groups: [(key: Value, name: Value, items: [Value])] = []
        for entry in ordered {
            guard case .tuple(let parts) = entry.value else { continue }
            if let last = groups.last, Comparison.areEqual(last.key, entry.key) {
                groups[groups.count - 1].items.append(parts.items[1])
            } else {
                groups.append((entry.key, parts.items[0], [parts.items[1]]))
            }
        }
        return .list(
            try ValueList(
                try groups.map { (group) throws(TemplateError) in
                    .tuple(try pair(group.name, .list(try ValueList(group.items))))
                }
            )
        )
    }

    private func pair(_ first: Value, _ second: Value) throws(TemplateError) -> ValueList {
        try ValueList([first, second])
    }

    // MARK: - Chunks

    private func chunks(_ filter: FilterName, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value
    {
        let name = filter == .batch ? "linecount" : "slices"
        let given = try arguments.bound(to: filter.rawValue, [name, "fill_with"], required: 1)
        guard let size = given[0]?.asInt, size > 0, size <= Limits.rangeCount else {
            throw .failed("\(filter.rawValue) needs a positive whole number")
        }
        var filler = given[1]
        if case .some(.none) = filler { filler = nil }
        return .iterator(
            try LazyIterator("generator", over: value) { [filler] (renderer) throws(TemplateError) in
                let items = try renderer.elements(of: value)
                return try filter == .batch
                    ? Renderer.batches(items, size, filler) : Renderer.slices(items, size, filler)
            }
        )
    }

    private static func batches(_ items: [Value], _ size: Int, _ filler: Value?) throws(TemplateError) -> [Value] {
        var result: [Value] = []
        for start in stride(from: 0, to: items.count, by: size) {
            var batch = Array(items[start..<min(start + size, items.count)])
            if let filler, batch.count < size { batch += [Value](repeating: filler, count: size - batch.count) }
            result.append(.list(try ValueList(batch)))
        }
        return result
    }

    private static func slices(_ items: [Value], _ count: Int, _ filler: Value?) throws(TemplateError) -> [Value] {
        let (size, longer) = items.count.quotientAndRemainder(dividingBy: count)
        var result: [Value] = []
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < longer ? 1 : 0)
            var slice = Array(items[start..<end])
            if let filler, index >= longer { slice.append(filler) }
            result.append(.list(try ValueList(slice)))
            start = end
        }
        return result
    }
}
