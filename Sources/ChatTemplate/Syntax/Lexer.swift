/// Cuts a template's source into tokens, as Jinja does with `trim_blocks` and `lstrip_blocks` switched on.
struct Lexer {
    let source: [UInt8]
    let template: String
    var position = 0
    var line = 1
    var tokens: [Token] = []
    /// Whether the tag before ended with a newline, so that text behind it starts a line.
    private var startsLine = true

    /// - Parameters:
    ///   - source: The template; `\r\n` and `\r` count as newlines and one newline at the end is dropped.
    ///   - template: Its name, for messages.
    init(source: String, template: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.utf8.count)
        var previous: UInt8 = 0
        for byte in source.utf8 {
            if byte == 0x0D {
                bytes.append(0x0A)
            } else if byte != 0x0A || previous != 0x0D {
                bytes.append(byte)
            }
            previous = byte
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        self.source = bytes
        self.template = template
    }

    /// All tokens, with an `end` token behind them.
    mutating func run() throws(TemplateError) -> [Token] {
        while position < source.count { try text() }
        add(.end)
        return tokens
    }

    // MARK: - Text

    /// Text up to the next tag, and the tag.
    private mutating func text() throws(TemplateError) {
        let start = position
        guard let tag = nextTag(from: start) else {
            add(.data(Array(source[start...])))
            position = source.count
            return
        }
        let kind = source[tag + 1]
        position = tag + 2
        let sign = takeSign()
        let isRaw = kind == UInt8(ascii: "%") && beginsRaw()
        addText(start..<tag, sign: sign, stripsIndent: kind != UInt8(ascii: "{"))
        switch kind {
        case UInt8(ascii: "#"): try comment()
        case UInt8(ascii: "{"):
            add(.variableBegin)
            try expression(closing: UInt8(ascii: "}"), .variableEnd)
        default:
            if isRaw {
                try raw()
            } else {
                add(.blockBegin)
                try expression(closing: UInt8(ascii: "%"), .blockEnd)
            }
        }
    }

    private func nextTag(from start: Int) -> Int? {
        var index = start
        while index + 1 < source.count {
            if source[index] == UInt8(ascii: "{"),
                [UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#")].contains(source[index + 1])
            {
                return index
            }
            index += 1
        }
        return nil
    }

    /// The whitespace control behind an opening bracket.
    private mutating func takeSign() -> UInt8? {
        guard position < source.count, source[position] == UInt8(ascii: "-") || source[position] == UInt8(ascii: "+")
        else { return nil }
        position += 1
        return source[position - 1]
    }

    /// Adds the text before a tag, less what whitespace control takes away, and counts its lines.
    private mutating func addText(_ range: Range<Int>, sign: UInt8?, stripsIndent: Bool) {
        var end = range.upperBound
        if sign == UInt8(ascii: "-") {
            while end > range.lowerBound, let length = blankLength(before: end, from: range.lowerBound) {
                end -= length
            }
        } else if sign == nil, stripsIndent {
            let lineStart = source[range].lastIndex(of: 0x0A).map { $0 + 1 } ?? range.lowerBound
            if lineStart > range.lowerBound || startsLine {
                var blank = lineStart
                while blank < end, let length = blankLength(at: blank) { blank += length }
                if blank == end { end = lineStart }
            }
        }
        if end > range.lowerBound { add(.data(Array(source[range.lowerBound..<end]))) }
        countLines(range)
    }

    // MARK: - Comments and raw blocks

    private mutating func comment() throws(TemplateError) {
        let start = position
        var index = start
        while index + 1 < source.count,
            source[index] != UInt8(ascii: "#") || source[index + 1] != UInt8(ascii: "}")
        {
            index += 1
        }
        guard index + 1 < source.count else { throw error("the comment is not closed") }
        let sign = index > start ? source[index - 1] : 0
        position = index + 2
        closeTag(sign: sign, trimsNewline: true)
        countLines(start..<position)
    }

    /// Takes `raw %}` behind an opening bracket if it is there.
    private mutating func beginsRaw() -> Bool {
        var index = skipBlanks(from: position)
        guard source[index...].starts(with: "raw".utf8) else { return false }
        index = skipBlanks(from: index + 3)
        if source[index...].starts(with: "-%}".utf8) {
            position = skipBlanks(from: index + 3)
        } else if source[index...].starts(with: "%}".utf8) {
            position = index + 2
        } else {
            return false
        }
        return true
    }

    /// The body of a raw block, up to and with its end tag.
    private mutating func raw() throws(TemplateError) {
        startsLine = source[position - 1] == 0x0A
        let start = position
        var index = start
        while index + 1 < source.count {
            defer { index += 1 }
            guard source[index] == UInt8(ascii: "{"), source[index + 1] == UInt8(ascii: "%") else { continue }
            position = index + 2
            let sign = takeSign()
            let word = skipBlanks(from: position)
            guard source[word...].starts(with: "endraw".utf8) else { continue }
            let end = skipBlanks(from: word + 6)
            let closing = source[end...]
            let endSign: UInt8 = closing.starts(with: "%}".utf8) ? 0 : closing.first ?? 0
            guard endSign == 0 || closing.starts(with: "-%}".utf8) || closing.starts(with: "+%}".utf8) else { continue }
            addText(start..<index, sign: sign, stripsIndent: true)
            position = end + (endSign == 0 ? 2 : 3)
            closeTag(sign: endSign, trimsNewline: true)
            countLines(index..<position)
            return
        }
        throw error("the raw block is not closed")
    }

    /// Skips the white space that a closing bracket takes with it.
    mutating func closeTag(sign: UInt8, trimsNewline: Bool) {
        if sign == UInt8(ascii: "-") {
            position = skipBlanks(from: position)
        } else if sign != UInt8(ascii: "+"), trimsNewline, position < source.count, source[position] == 0x0A {
            position += 1
        }
        startsLine = source[position - 1] == 0x0A
    }

    // MARK: - Helpers

    mutating func add(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

    mutating func countLines(_ range: Range<Int>) {
        for index in range where source[index] == 0x0A { line += 1 }
    }

    func skipBlanks(from start: Int) -> Int {
        var index = start
        while index < source.count, let length = blankLength(at: index) { index += length }
        return index
    }

    /// The length of the white space character at `index`, or `nil`.
    func blankLength(at index: Int) -> Int? {
        let next = source.withUnsafeBufferPointer { PythonText.scalar(in: $0, at: index) }
        return PythonText.isSpace(next.scalar) ? next.length : nil
    }

    private func blankLength(before end: Int, from start: Int) -> Int? {
        var index = end - 1
        while index > start, source[index] & 0xC0 == 0x80 { index -= 1 }
        return blankLength(at: index)
    }

    func error(_ message: String) -> TemplateError { .syntax(template: template, line: line, message: message) }
}
