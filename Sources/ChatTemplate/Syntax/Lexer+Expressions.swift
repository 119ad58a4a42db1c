/// The tokens inside `{{ … }}` and `{% … %}`.
extension Lexer {
    /// Reads tokens up to and with the closing bracket.
    mutating func expression(closing: UInt8, _ end: Token.Kind) throws(TemplateError) {
        var open: [Token.Symbol] = []
        while position < source.count {
            if open.isEmpty, let sign = closingSign(closing) {
                add(end)
                let start = position
                position += sign == 0 ? 2 : 3
                closeTag(sign: sign, trimsNewline: closing == UInt8(ascii: "%"))
                countLines(start..<position)
                return
            }
            if let length = blankLength(at: position) {
                countLines(position..<position + length)
                position += length
                continue
            }
            switch source[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            case UInt8(ascii: "'"), UInt8(ascii: "\""): try string(quote: source[position])
            case let byte where isWord(byte): try name()
            default: try balance(try symbol(), &open)
            }
        }
        throw error("the tag is not closed")
    }

    /// The sign before a closing bracket that stands here (0: none); `nil` if none stands here.
    private func closingSign(_ closing: UInt8) -> UInt8? {
        let rest = source[position...]
        if rest.starts(with: [closing, UInt8(ascii: "}")]) { return 0 }
        if rest.starts(with: [UInt8(ascii: "-"), closing, UInt8(ascii: "}")]) { return UInt8(ascii: "-") }
        let allowsPlus = closing == UInt8(ascii: "%")
        return allowsPlus && rest.starts(with: "+%}".utf8) ? UInt8(ascii: "+") : nil
    }

    private mutating func symbol() throws(TemplateError) -> Token.Symbol {
        for length in [2, 1] where position + length <= source.count {
            let text = String(decoding: source[position..<position + length], as: UTF8.self)
            guard let symbol = Token.Symbol(rawValue: text) else { continue }
            add(.symbol(symbol))
            position += length
            return symbol
        }
        let character = source.withUnsafeBufferPointer { PythonText.scalar(in: $0, at: position).scalar }
        throw error("unexpected character '\(character)'")
    }

    private func balance(_ symbol: Token.Symbol, _ open: inout [Token.Symbol]) throws(TemplateError) {
        switch symbol {
        case .leftBrace: open.append(.rightBrace)
        case .leftBracket: open.append(.rightBracket)
        case .leftParenthesis: open.append(.rightParenthesis)
        case .rightBrace, .rightBracket, .rightParenthesis:
            guard let expected = open.popLast() else { throw error("unexpected '\(symbol.rawValue)'") }
            guard expected == symbol else {
                throw error("unexpected '\(symbol.rawValue)', expected '\(expected.rawValue)'")
            }
        default: break
        }
    }

    // MARK: - Names and numbers

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte >= 0x80
        }
    }

    private mutating func name() throws(TemplateError) {
        let start = position
        while position < source.count, isWord(source[position]) {
            if source[position] >= 0x80 {
                let next = source.withUnsafeBufferPointer { PythonText.scalar(in: $0, at: position) }
                if PythonText.isSpace(next.scalar) { break }
                guard next.scalar.properties.isXIDContinue else { throw error("unexpected character '\(next.scalar)'") }
                position += next.length
            } else {
                position += 1
            }
        }
        add(.name(String(decoding: source[start..<position], as: UTF8.self)))
    }

    private mutating func number() throws(TemplateError) {
        let start = position
        if source[start] == UInt8(ascii: "0"), start + 1 < source.count {
            let radix = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2][source[start + 1] | 0x20]
            if let radix, let end = digits(from: start + 2, radix: radix, afterPrefix: true) {
                return try addInteger(start + 2..<end, radix: radix, until: end)
            }
        }
        let isAfterDot = start > 0 && source[start - 1] == UInt8(ascii: ".")
        let whole = digits(from: start, radix: 10) ?? start + 1
        if !isAfterDot, let end = fractionEnd(from: whole) {
            let text = String(decoding: source[start..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
            guard let value = Double(text) else { throw error("invalid number \(text)") }
            add(.float(value))
            position = end
            return
        }
        // A number that starts with 0 has only zeros, so `012` is two numbers (and an error later).
        var end = whole
        if source[start] == UInt8(ascii: "0") {
            end = source[start..<whole].firstIndex { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: "_") } ?? whole
            if source[end - 1] == UInt8(ascii: "_") { end -= 1 }
        }
        try addInteger(start..<end, radix: 10, until: end)
    }

    private mutating func addInteger(_ range: Range<Int>, radix: Int, until end: Int) throws(TemplateError) {
        let text = String(decoding: source[range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        guard let value = Int(text, radix: radix) else {
            throw .unsupported(template: template, line: line, construct: "a whole number beyond 64 bits")
        }
        add(.integer(value))
        position = end
    }

    /// The end of a run of digits with single underscores between them.
    private func digits(from start: Int, radix: Int, afterPrefix: Bool = false) -> Int? {
        func isDigit(_ index: Int) -> Bool {
            guard index < source.count, source[index] < 0x80 else { return false }
            return Character(UnicodeScalar(source[index])).hexDigitValue.map { $0 < radix } ?? false
        }
        func isUnderscore(_ index: Int) -> Bool { index < source.count && source[index] == UInt8(ascii: "_") }
        var index = start
        if afterPrefix, isUnderscore(index), isDigit(index + 1) { index += 1 }
        guard isDigit(index) else { return nil }
        while isDigit(index) || isUnderscore(index) && isDigit(index + 1) { index += 1 }
        return index
    }

    /// The end of the fraction and exponent that follow `whole`; `nil` if neither does.
    private func fractionEnd(from whole: Int) -> Int? {
        var end: Int?
        var index = whole
        if index < source.count, source[index] == UInt8(ascii: "."), let next = digits(from: index + 1, radix: 10) {
            end = next
            index = next
        }
        if index < source.count, source[index] | 0x20 == UInt8(ascii: "e") {
            var next = index + 1
            if next < source.count, source[next] == UInt8(ascii: "+") || source[next] == UInt8(ascii: "-") { next += 1 }
            if let last = digits(from: next, radix: 10) { end = last }
        }
        return end
    }

    // MARK: - Strings

    private mutating func string(quote: UInt8) throws(TemplateError) {
        let start = position
        var text: [UInt8] = []
        position += 1
        while position < source.count {
            let byte = source[position]
            position += 1
            if byte == quote {
                add(.string(text))
                countLines(start..<position)
                return
            }
            if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
        }
        throw error("the string is not closed")
    }

    /// One escape behind its backslash, as Python's `unicode-escape` reads it.
    private mutating func escape(into text: inout [UInt8]) throws(TemplateError) {
        guard position < source.count else { throw error("the string is not closed") }
        let byte = source[position]
        position += 1
        switch byte {
        case 0x0A: break
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "x"): try append(hexDigits: 2, to: &text)
        case UInt8(ascii: "u"): try append(hexDigits: 4, to: &text)
        case UInt8(ascii: "U"): try append(hexDigits: 8, to: &text)
        case UInt8(ascii: "N"):
            throw .unsupported(template: template, line: line, construct: "the string escape '\\N'")
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = UInt32(byte - UInt8(ascii: "0"))
            for _ in 0..<2 {
                guard position < source.count, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(source[position])
                else { break }
                value = value * 8 + UInt32(source[position] - UInt8(ascii: "0"))
                position += 1
            }
            text.append(contentsOf: String(UnicodeScalar(value).map(Character.init) ?? "\u{FFFD}").utf8)
        case 0x80...:
            // Jinja turns the character into an escape first, whose backslash the one before it takes away.
            let next = source.withUnsafeBufferPointer { PythonText.scalar(in: $0, at: position - 1) }
            position += next.length - 1
            text.append(contentsOf: PythonText.escape(next.scalar).utf8)
        default:
            text.append(UInt8(ascii: "\\"))
            text.append(byte)
        }
    }

    private mutating func append(hexDigits count: Int, to text: inout [UInt8]) throws(TemplateError) {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < source.count, source[position] < 0x80,
                let digit = Character(UnicodeScalar(source[position])).hexDigitValue
            else { throw error("a string has a truncated escape") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        guard let scalar = UnicodeScalar(value) else { throw error("a string escapes what is no character") }
        text.append(contentsOf: String(Character(scalar)).utf8)
    }
}
