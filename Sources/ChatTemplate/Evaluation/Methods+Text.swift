/// The methods of `str`.
extension Renderer {
    func callText(
        _ method: MethodName,
        of text: TemplateString,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        switch method {
        case .strip, .lstrip, .rstrip:
            let side: TemplateString.Side = method == .strip ? .both : method == .lstrip ? .left : .right
            let characters = try arguments.bound(to: method.rawValue, ["chars"], positionalOnly: 1)[0]
            if case .some(.none) = characters { return try checked(text.stripped(side)) }
            return try checked(
                text.stripped(
                    side,
                    of: try characters.map { (set) throws(TemplateError) in try self.text(set, method) }
                )
            )
        case .split, .rsplit: return try split(method, text, arguments)
        case .splitlines:
            let keeps = try arguments.bound(to: "splitlines", ["keepends"])[0]?.isTrue == true
            return try list(text.lines(keepingEnds: keeps))
        case .partition, .rpartition: return try partition(method, text, arguments)
        case .replace:
            let given = try arguments.bound(to: "replace", ["old", "new", "count"], required: 2, positionalOnly: 3)
            let (old, new) = (try self.text(given[0], method), try self.text(given[1], method))
            guard let count = (given[2] ?? .int(-1)).asInt else { throw .failed("replace needs a whole number") }
            return try replacing(text, old, new, count < 0 ? .max : count)
        case .join:
            let given = try arguments.bound(to: "join", ["iterable"], required: 1, positionalOnly: 1)
            let parts = try elements(of: given[0] ?? .none).map { (part) throws(TemplateError) in
                try self.text(part, method)
            }
            return try joined(parts, text)
        case .startswith, .endswith: return try hasAffix(method, text, arguments)
        case .find, .rfind, .index, .rindex, .count: return try search(method, text, arguments)
        case .removeprefix, .removesuffix:
            let affix = try self.text(try arguments.bound(to: method.rawValue, ["affix"], required: 1)[0], method)
            if method == .removeprefix {
                return .string(text.hasPrefix(affix) ? text[bytes: affix.byteCount..<text.byteCount] : text)
            }
            return .string(text.hasSuffix(affix) ? text[bytes: 0..<text.byteCount - affix.byteCount] : text)
        case .ljust, .rjust, .zfill: return try padded(method, text, arguments)
        case .format: return try braceFormatted(text, arguments)
        default:
            try arguments.requireNone(for: method.rawValue)
            return try plainMethod(method, text)
        }
    }

    private func plainMethod(_ method: MethodName, _ text: TemplateString) throws(TemplateError) -> Value {
        switch method {
        case .upper: try checked(PythonText.uppercased(text))
        case .lower: try checked(PythonText.lowercased(text))
        case .capitalize: try checked(PythonText.capitalized(text))
        case .title: try checked(PythonText.titled(text))
        case .swapcase: try checked(PythonText.swappedCase(text))
        case .isalpha: .bool(PythonText.all(text, PythonText.isAlpha))
        case .isdecimal: .bool(PythonText.all(text, PythonText.isDecimal))
        case .isdigit: .bool(PythonText.all(text, PythonText.isDigit))
        case .isnumeric: .bool(PythonText.all(text, PythonText.isNumeric))
        case .isalnum: .bool(PythonText.all(text) { PythonText.isAlpha($0) || PythonText.isNumeric($0) })
        case .isspace: .bool(PythonText.all(text, PythonText.isSpace))
        case .isascii: .bool(text.isASCII)
        case .islower: .bool(PythonText.isLower(text))
        case .isupper: .bool(PythonText.isUpper(text))
        default: throw .failed("the method '\(method.rawValue)' of texts is not supported")
        }
    }

    private func text(_ value: Value?, _ method: MethodName) throws(TemplateError) -> TemplateString {
        guard case .string(let text)? = value else {
            throw .failed("\(method.rawValue) needs a text, not \(value?.typeName ?? "nothing")")
        }
        return text
    }

    private func list(_ parts: [TemplateString]) throws(TemplateError) -> Value {
        try charge(bytes: parts.count * 50)
        return .list(try ValueList(parts.map(Value.string)))
    }

    // MARK: - Cutting

    private func split(
        _ method: MethodName,
        _ text: TemplateString,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: method.rawValue, ["sep", "maxsplit"])
        guard let count = (given[1] ?? .int(-1)).asInt else { throw .failed("maxsplit must be a whole number") }
        let limit = count < 0 ? Int.max : count
        let fromRight = method == .rsplit
        switch given[0] {
        case nil, .some(.none): return try list(text.splitAtSpaces(limit: limit, fromRight: fromRight))
        case let separator:
            let separator = try self.text(separator, method)
            guard !separator.isEmpty else { throw .failed("empty separator") }
            return try list(text.split(separator: separator, limit: limit, fromRight: fromRight))
        }
    }

    private func partition(
        _ method: MethodName,
        _ text: TemplateString,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: method.rawValue, ["sep"], required: 1, positionalOnly: 1)
        let separator = try self.text(given[0], method)
        guard !separator.isEmpty else { throw .failed("empty separator") }
        let fromRight = method == .rpartition
        let none = TemplateString()
        guard let cut = text.occurrences(of: separator, limit: 1, fromRight: fromRight).first else {
            let parts = fromRight ? [none, none, text] : [text, none, none]
            return .tuple(try ValueList(parts.map(Value.string)))
        }
        let end = cut + separator.byteCount
        let parts = [text[bytes: 0..<cut], text[bytes: cut..<end], text[bytes: end..<text.byteCount]]
        return .tuple(try ValueList(parts.map(Value.string)))
    }

    // MARK: - Searching

    /// The part of the text that `start` and `end` arguments select; `nil` if they cross.
    private func window(_ text: TemplateString, _ start: Value?, _ end: Value?) throws(TemplateError) -> Range<Int>? {
        func bound(_ value: Value?, _ standard: Int, _ count: Int) throws(TemplateError) -> Int {
            switch value {
            case nil, .some(.none): return standard
            case let value?:
                guard let index = value.asInt else { throw .failed("slice indices must be integers or None") }
                return index < 0 ? max(0, index + count) : index
            }
        }
        guard start != nil || end != nil else { return 0..<text.byteCount }
        let count = text.scalarCount
        let lower = try bound(start, 0, count)
        let upper = min(try bound(end, count, count), count)
        guard lower <= upper else { return nil }
        return text.byteOffset(ofScalar: lower)..<text.byteOffset(ofScalar: upper)
    }

    private func hasAffix(
        _ method: MethodName,
        _ text: TemplateString,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        let names = ["affix", "start", "end"]
        let given = try arguments.bound(to: method.rawValue, names, required: 1, positionalOnly: 3)
        let candidates: [Value]
        if case .tuple(let list)? = given[0] { candidates = list.items } else { candidates = [given[0] ?? .none] }
        guard let window = try window(text, given[1], given[2]) else { return .bool(false) }
        let part = text[bytes: window]
        for candidate in candidates {
            let affix = try self.text(candidate, method)
            if method == .startswith ? part.hasPrefix(affix) : part.hasSuffix(affix) { return .bool(true) }
        }
        return .bool(false)
    }

    private func search(
        _ method: MethodName,
        _ text: TemplateString,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        let names = ["sub", "start", "end"]
        let given = try arguments.bound(to: method.rawValue, names, required: 1, positionalOnly: 3)
        let needle = try self.text(given[0], method)
        let window = try window(text, given[1], given[2])
        if method == .count {
            guard let window else { return .int(0) }
            let part = text[bytes: window]
            return .int(needle.isEmpty ? part.scalarCount + 1 : part.occurrences(of: needle).count)
        }
        if let window {
            let fromRight = method == .rfind || method == .rindex
            let part = text[bytes: window]
            let found =
                needle.isEmpty
                ? (fromRight ? part.byteCount : 0)
                : part.occurrences(of: needle, limit: 1, fromRight: fromRight).first
            if let found { return .int(text.scalarIndex(ofByte: window.lowerBound + found)) }
        }
        guard method == .find || method == .rfind else { throw .failed("substring not found") }
        return .int(-1)
    }

    // MARK: - Padding

    private func padded(
        _ method: MethodName,
        _ text: TemplateString,
        _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        let names = method == .zfill ? ["width"] : ["width", "fillchar"]
        let given = try arguments.bound(to: method.rawValue, names, required: 1, positionalOnly: names.count)
        guard let width = given[0]?.asInt else { throw .failed("\(method.rawValue) needs a whole number") }
        var fill = TemplateString(trusted: method == .zfill ? "0" : " ")
        if names.count > 1, let given = given[1] { fill = try self.text(given, method) }
        guard fill.scalarCount == 1 else { throw .failed("\(method.rawValue) needs one fill character") }
        let missing = max(0, width - text.scalarCount)
        try willMake(count: missing, of: fill.byteCount)
        let padding = fill.repeated(missing)
        let plus = UInt8(ascii: "+")
        let hasSign = method == .zfill && (text.utf8.first == plus || text.utf8.first == UInt8(ascii: "-"))
        var result = hasSign ? text[bytes: 0..<1] : TemplateString()
        if method != .ljust { result.append(padding) }
        result.append(text, bytes: (hasSign ? 1 : 0)..<text.byteCount)
        if method == .ljust { result.append(padding) }
        return try checked(result)
    }
}
