/// Attributes, subscripts and slices, as the sandbox of Jinja finds them.
extension Renderer {
    /// `base.name`: a method or property of the object first, an entry of a dictionary second.
    func attribute(_ name: String, of base: Value) throws(TemplateError) -> Value {
        if case .undefined(let missing) = base { throw .failed(missing.message) }
        if let own = try property(name, of: base) { return own }
        if case .dictionary(let map) = base, let value = map[Array(name.utf8)] { return value }
        return .undefined(.attribute(of: base.ownerName, name: name))
    }

    /// `base[key]`: an entry or element first, a method or property second.
    func item(_ key: Value, of base: Value) throws(TemplateError) -> Value {
        if case .undefined(let missing) = base { throw .failed(missing.message) }
        if let element = try element(key, of: base) { return element }
        if case .string(let name) = key {
            if let own = try property(name.string, of: base) { return own }
            return .undefined(.attribute(of: base.ownerName, name: name.string))
        }
        return .undefined(.element(of: base.ownerName, key: try key.text().string))
    }

    private func element(_ key: Value, of base: Value) throws(TemplateError) -> Value? {
        switch base {
        case .dictionary(let map):
            switch key {
            case .string(let text): return map[text.utf8]
            case .list, .dictionary, .view: return nil
            default: return try map.value(for: key)
            }
        case .list(let list), .tuple(let list):
            return key.asInt.flatMap { position($0, count: list.items.count) }.map { list.items[$0] }
        case .range(let range):
            return key.asInt.flatMap { position($0, count: range.count) }.map { .int(range.element($0)) }
        case .string(let text):
            guard let index = key.asInt else { return nil }
            try charge(bytes: text.byteCount)
            let count = text.scalarCount
            return position(index, count: count).map { .string(text.taking(count: 1, from: $0, step: 1)) }
        default: return nil
        }
    }

    private func position(_ index: Int, count: Int) -> Int? {
        let position = index < 0 ? index + count : index
        return position >= 0 && position < count ? position : nil
    }

    /// A method or property of the object itself.
    private func property(_ name: String, of base: Value) throws(TemplateError) -> Value? {
        switch base {
        case .namespace(let namespace): return namespace.attributes[name]
        case .loop(let loop): return try loopProperty(name, loop, base)
        case .macro(let macro):
            switch name {
            case "name": return macro.definition.name.map { .string(TemplateString(trusted: $0)) } ?? Value.none
            default: return nil
            }
        default: break
        }
        if let method = MethodName(rawValue: name), method.belongs(to: base) {
            return .method(try BoundMethod(base, method))
        }
        if let owner = MethodName.mutating[name], owner.contains(base.typeName) {
            return .undefined(.forbidden(of: base.ownerName, name: name))
        }
        return nil
    }

    private func loopProperty(_ name: String, _ loop: LoopState, _ base: Value) throws(TemplateError) -> Value? {
        let index = loop.index0
        let count = loop.items.count
        switch name {
        case "index": return .int(index + 1)
        case "index0": return .int(index)
        case "revindex": return .int(count - index)
        case "revindex0": return .int(count - index - 1)
        case "first": return .bool(index == 0)
        case "last": return .bool(index == count - 1)
        case "length": return .int(count)
        case "depth": return .int(1)
        case "depth0": return .int(0)
        case "previtem": return index > 0 ? loop.items[index - 1] : .undefined(.hint("there is no previous item"))
        case "nextitem": return index + 1 < count ? loop.items[index + 1] : .undefined(.hint("there is no next item"))
        case "cycle": return .method(try BoundMethod(base, .cycle))
        case "changed": return .method(try BoundMethod(base, .changed))
        default: return nil
        }
    }

    // MARK: - Slices

    func evaluateSlice(
        _ base: Expression,
        _ from: Expression?,
        _ to: Expression?,
        _ step: Expression?,
        line: Int
    ) throws(TemplateError) -> Value {
        let base = try evaluate(base)
        let bounds = try [from, to, step].map { (bound) throws(TemplateError) in
            try bound.map { (bound) throws(TemplateError) in try evaluate(bound) } ?? Value.none
        }
        self.line = line
        if case .undefined(let missing) = base { throw .failed(missing.message) }
        let numbers = try bounds.map { (bound) throws(TemplateError) -> Int? in
            if case .none = bound { return nil }
            guard let number = bound.asInt else { throw .failed("slice indices must be integers or None") }
            return number
        }
        switch base {
        case .string(let text):
            try charge(bytes: text.byteCount)
            let slice = try Slice(numbers, count: text.scalarCount)
            return .string(text.taking(count: slice.count, from: slice.start, step: slice.step))
        case .list(let list): return .list(try cut(list, numbers))
        case .tuple(let list): return .tuple(try cut(list, numbers))
        case .range(let range):
            let slice = try Slice(numbers, count: range.count)
            let (step, overflow) = slice.step.multipliedReportingOverflow(by: range.step)
            guard !overflow else { throw .failed("whole numbers beyond 64 bits are not supported") }
            return .range(
                ValueRange(start: range.element(slice.first), stop: range.element(slice.last), step: step)
            )
        default: throw .failed("'\(base.typeName)' object cannot be sliced")
        }
    }

    private func cut(_ list: ValueList, _ numbers: [Int?]) throws(TemplateError) -> ValueList {
        let slice = try Slice(numbers, count: list.items.count)
        try charge(bytes: slice.count)
        if slice.step == 1 {
            return try ValueList(Array(list.items[slice.start..<slice.start + slice.count]))
        }
        return try ValueList((0..<slice.count).map { list.items[slice.start + $0 * slice.step] })
    }

    /// Bounds of a slice brought into range as Python does.
    private struct Slice {
        /// The bounds in range; behind a sequence walked backwards is -1.
        let first: Int
        let last: Int
        let step: Int
        let count: Int
        /// The first element taken; 0 if there is none.
        var start: Int { count == 0 ? 0 : first }

        /// Takes start, stop and step, `nil` where left out, of a sequence of `length` elements.
        ///
        /// - Throws: `TemplateError` for a step of zero.
        init(_ numbers: [Int?], count length: Int) throws(TemplateError) {
            step = numbers[2] ?? 1
            guard step != 0 else { throw .failed("slice step cannot be zero") }
            let (low, high) = step > 0 ? (0, length) : (-1, length - 1)
            func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + length : index, low), high) }
            first = numbers[0].map(clamped) ?? (step > 0 ? low : high)
            last = numbers[1].map(clamped) ?? (step > 0 ? high : low)
            if step > 0 {
                count = first < last ? (last - first - 1) / step + 1 : 0
            } else {
                count = first > last ? (first - last - 1) / Int(clamping: step.magnitude) + 1 : 0
            }
        }
    }

    // MARK: - Iteration

    /// The elements of anything that can be iterated over.
    ///
    /// - Throws: `TemplateError` for what cannot.
    func elements(of value: Value) throws(TemplateError) -> [Value] {
        let items: [Value]
        switch value {
        case .list(let list), .tuple(let list): items = list.items
        case .dictionary(let map): items = map.keys
        case .view(let map, let view): items = map.elements(view)
        case .range(let range): items = range.elements
        case .iterator(let iterator): items = try iterator.rest(self)
        case .undefined: items = []
        case .string(let text):
            try charge(bytes: text.byteCount * 50)
            items = text.characters().map(Value.string)
        default: throw .failed("'\(value.typeName)' object is not iterable")
        }
        try charge(bytes: items.count)
        return items
    }
}
