/// Python's two old ways of putting values into a text: `'%s' % x` and `'{}'.format(x)`, without field widths.
extension Renderer {
    /// `pattern % value`.
    ///
    /// - Throws: `TemplateError` for directives other than `%s`, `%d`, `%i`, `%r`, `%%` and for too many or few values.
    func percentFormatted(_ pattern: TemplateString, _ value: Value) throws(TemplateError) -> Value {
        var positional: [Value] = [value]
        if case .tuple(let list) = value { positional = list.items }
        var used = 0
        var usesNames = false
        var result = TemplateString()
        var start = 0
        for percent in pattern.occurrences(of: TemplateString(trusted: "%")) where percent >= start {
            result.append(pattern, bytes: start..<percent)
            var place = percent + 1
            var argument: Value?
            if place < pattern.byteCount, pattern.utf8[place] == UInt8(ascii: "(") {
                let close = try closing(UInt8(ascii: ")"), in: pattern, from: place)
                guard case .dictionary(let map) = value else { throw .failed("format requires a mapping") }
                let name = Array(pattern.utf8[place + 1..<close])
                guard let found = map[name] else {
                    throw .failed("no value for '\(String(decoding: name, as: UTF8.self))'")
                }
                argument = found
                usesNames = true
                place = close + 1
            }
            guard place < pattern.byteCount else { throw .failed("incomplete format") }
            start = place + 1
            guard pattern.utf8[place] != UInt8(ascii: "%") else {
                result.append(pattern, bytes: place..<start)
                continue
            }
            if argument == nil {
                guard used < positional.count else { throw .failed("not enough arguments for the format") }
                argument = positional[used]
                used += 1
            }
            result.append(try field(pattern.utf8[place], argument ?? .none))
        }
        result.append(pattern, bytes: start..<pattern.byteCount)
        // Python does not ask whether all of a dictionary or list was used.
        switch value {
        case .dictionary, .list, .range: usesNames = true
        default: break
        }
        guard usesNames || used == positional.count else { throw .failed("not all arguments were formatted") }
        return try checked(result)
    }

    private func field(_ directive: UInt8, _ value: Value) throws(TemplateError) -> TemplateString {
        switch directive {
        case UInt8(ascii: "s"): return try value.text()
        case UInt8(ascii: "r"):
            var bytes: [UInt8] = []
            try value.represent(into: &bytes)
            return TemplateString(untrusted: bytes)
        case UInt8(ascii: "d"), UInt8(ascii: "i"):
            if case .bigInteger(let digits) = value { return TemplateString(untrusted: digits) }
            if case .double(let number) = value, let whole = Int(exactly: number.rounded(.towardZero)) {
                return TemplateString(untrusted: String(whole))
            }
            guard let number = value.asInt else { throw .failed("%d needs a number, not \(value.typeName)") }
            return TemplateString(untrusted: String(number))
        default:
            throw .failed("the format '%\(Character(UnicodeScalar(directive)))' is not supported")
        }
    }

    /// `pattern.format(…)`.
    ///
    /// - Throws: `TemplateError` for fields other than `{}`, `{0}` and `{name}`, with `!s` or `!r`.
    func braceFormatted(_ pattern: TemplateString, _ arguments: CallArguments) throws(TemplateError) -> Value {
        var result = TemplateString()
        var start = 0
        var index = 0
        var automatic = 0
        let bytes = pattern.utf8
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
                index += 1
                continue
            }
            result.append(pattern, bytes: start..<index)
            if index + 1 < bytes.count, bytes[index + 1] == byte {
                result.append(pattern, bytes: index..<index + 1)
                index += 2
            } else {
                guard byte == UInt8(ascii: "{") else { throw .failed("single '}' encountered in format string") }
                let close = try closing(UInt8(ascii: "}"), in: pattern, from: index)
                let name = String(decoding: bytes[index + 1..<close], as: UTF8.self)
                result.append(try replacementField(name, arguments, &automatic))
                index = close + 1
            }
            start = index
        }
        result.append(pattern, bytes: start..<bytes.count)
        return try checked(result)
    }

    private func replacementField(
        _ field: String,
        _ arguments: CallArguments,
        _ automatic: inout Int
    ) throws(TemplateError) -> TemplateString {
        var name = field
        var quotes = false
        if name.hasSuffix("!r") || name.hasSuffix("!s") {
            quotes = name.hasSuffix("!r")
            name.removeLast(2)
        }
        guard !name.contains(where: { ":!.[{".contains($0) }) else {
            throw .failed("the format field '{\(field)}' is not supported")
        }
        let value: Value
        if name.isEmpty {
            guard automatic < arguments.positional.count else { throw .failed("not enough arguments for the format") }
            value = arguments.positional[automatic]
            automatic += 1
        } else if let place = Int(name) {
            guard arguments.positional.indices.contains(place) else {
                throw .failed("not enough arguments for the format")
            }
            value = arguments.positional[place]
        } else {
            guard let named = arguments.keyword.first(where: { $0.name == name }) else {
                throw .failed("no value for '\(name)'")
            }
            value = named.value
        }
        return quotes ? try self.field(UInt8(ascii: "r"), value) : try value.text()
    }

    private func closing(_ bracket: UInt8, in text: TemplateString, from start: Int) throws(TemplateError) -> Int {
        guard let end = text.utf8[start...].firstIndex(of: bracket) else { throw .failed("incomplete format") }
        return end
    }
}
