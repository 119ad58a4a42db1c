/// Filters that make text from text.
extension Renderer {
    func textFilter(_ filter: FilterName, _ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let text = try value.text()
        try charge(bytes: text.byteCount)
        switch filter {
        case .capitalize, .lower, .upper, .title, .string, .safe, .wordcount, .escape, .e, .forceescape:
            try arguments.requireNone(for: filter.rawValue)
            return try plainTextFilter(filter, text)
        case .trim:
            let characters = try arguments.bound(to: "trim", ["chars"])[0] ?? .none
            if case .none = characters { return try checked(text.stripped()) }
            guard case .string(let set) = characters else { throw .failed("trim needs a text of characters") }
            return try checked(text.stripped(of: set))
        case .replace: return try replace(text, arguments)
        case .indent: return try indent(value, arguments)
        case .truncate: return try truncate(value, arguments)
        case .format:
            if arguments.keyword.isEmpty {
                return try percentFormatted(text, .tuple(try ValueList(arguments.positional)))
            }
            guard arguments.positional.isEmpty else {
                throw .failed("format takes either positional or named arguments")
            }
            let map = ValueMap()
            for argument in arguments.keyword {
                try map.set(.string(TemplateString(trusted: argument.name)), argument.value)
            }
            return try percentFormatted(text, .dictionary(map))
        default: return .string(text)
        }
    }

    private func plainTextFilter(_ filter: FilterName, _ text: TemplateString) throws(TemplateError) -> Value {
        switch filter {
        case .upper: return try checked(PythonText.uppercased(text))
        case .lower: return try checked(PythonText.lowercased(text))
        case .capitalize: return try checked(PythonText.capitalized(text))
        case .title: return try checked(titled(text))
        case .wordcount: return .int(wordCount(text))
        case .escape, .e, .forceescape:
            var result = text
            for (old, new) in [("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ("\"", "&#34;")] {
                result = result.replacing(TemplateString(untrusted: old), with: TemplateString(untrusted: new))
            }
            return try checked(result)
        default: return .string(text)
        }
    }

    /// Words begin behind white space, `-` and opening brackets, unlike those of `str.title()`.
    private func titled(_ text: TemplateString) -> TemplateString {
        var bytes: [UInt8] = []
        var atStart = true
        var word = String.UnicodeScalarView()
        func flush() {
            guard !word.isEmpty else { return }
            let rest = TemplateString(untrusted: String(String.UnicodeScalarView(word.dropFirst())))
            bytes +=
                PythonText.uppercased(TemplateString(untrusted: String(word.first.map(Character.init) ?? " "))).utf8
            bytes += PythonText.lowercased(rest).utf8
            word = String.UnicodeScalarView()
        }
        for scalar in text.string.unicodeScalars {
            let isBreak = PythonText.isSpace(scalar) || ["-", "(", "{", "[", "<"].contains(scalar)
            if isBreak != atStart { flush() }
            atStart = isBreak
            word.append(scalar)
        }
        flush()
        return TemplateString(utf8: bytes, derivedFrom: text)
    }

    private func wordCount(_ text: TemplateString) -> Int {
        var count = 0
        var inWord = false
        for scalar in text.string.unicodeScalars {
            let isWord = scalar == "_" || PythonText.isAlpha(scalar) || PythonText.isNumeric(scalar)
            if isWord, !inWord { count += 1 }
            inWord = isWord
        }
        return count
    }

    private func replace(_ text: TemplateString, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "replace", ["old", "new", "count"], required: 2)
        let old = try (given[0] ?? .none).text()
        let new = try (given[1] ?? .none).text()
        return try replacing(text, old, new, try limit(given[2], of: "replace"))
    }

    /// A replacement whose result is known not to be too long.
    func replacing(
        _ text: TemplateString,
        _ old: TemplateString,
        _ new: TemplateString,
        _ limit: Int
    ) throws(TemplateError) -> Value {
        if new.byteCount > max(1, old.byteCount) {
            let matches = old.isEmpty ? text.scalarCount + 1 : text.occurrences(of: old, limit: limit).count
            try willMake(count: min(limit, matches), of: new.byteCount)
        }
        return try checked(text.replacing(old, with: new, limit: limit))
    }

    /// A count argument: absent, `None` and negative mean no limit.
    func limit(_ value: Value?, of callee: String) throws(TemplateError) -> Int {
        switch value {
        case nil, .some(.none): return .max
        case let value?:
            guard let count = value.asInt else { throw .failed("\(callee) needs a whole number as its limit") }
            return count < 0 ? .max : count
        }
    }

    private func indent(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        if case .undefined(let missing) = value { throw .failed(missing.message) }
        guard case .string(let text) = value else { throw .failed("indent needs a text, not \(value.typeName)") }
        let given = try arguments.bound(to: "indent", ["width", "first", "blank"])
        let margin: TemplateString
        switch given[0] {
        case .some(.string(let width)): margin = width
        case let width:
            guard let count = (width ?? .int(4)).asInt else { throw .failed("indent needs a whole number or a text") }
            try willMake(count: count, of: 1)
            margin = TemplateString(trusted: " ").repeated(count)
        }
        let newline = TemplateString(trusted: "\n")
        var lines = text
        lines.append(newline)
        let parts = lines.lines(keepingEnds: false)
        try willMake(count: parts.count, of: margin.byteCount)
        let indentsBlank = given[2]?.isTrue == true
        var result = given[1]?.isTrue == true ? margin : TemplateString()
        for (index, part) in parts.enumerated() {
            if index > 0 {
                result.append(newline)
                if indentsBlank || !part.isEmpty { result.append(margin) }
            }
            result.append(part)
        }
        return try checked(result)
    }

    private func truncate(_ value: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        let given = try arguments.bound(to: "truncate", ["length", "killwords", "end", "leeway"])
        guard let length = (given[0] ?? .int(255)).asInt, let leeway = (given[3] ?? .int(5)).asInt else {
            throw .failed("truncate needs whole numbers")
        }
        let end = try (given[2] ?? .string(TemplateString(trusted: "..."))).text()
        let endCount = end.scalarCount
        guard length >= endCount, leeway >= 0 else { throw .failed("truncate cannot cut to \(length) characters") }
        guard try count(of: value) > length + leeway else { return value }
        guard case .string(let text) = value else { throw .failed("truncate needs a text, not \(value.typeName)") }
        var result = text.taking(count: length - endCount, from: 0, step: 1)
        if given[1]?.isTrue != true {
            result = result.split(separator: TemplateString(trusted: " "), limit: 1, fromRight: true)[0]
        }
        result.append(end)
        return try checked(result)
    }
}
