extension JSONParser {
    /// RFC 8259 §6: no leading zeros, digits on both sides of the point.
    mutating func number() throws(JSONParseError) -> JSONValue {
        let start = position
        var isInteger = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let intStart = position
        try digits()
        if bytes[intStart] == UInt8(ascii: "0"), position > intStart + 1 { throw error(.invalidNumber, at: start) }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger { return Int64(text).map(JSONValue.integer) ?? .bigInteger(text) }
        // A number beyond the range of Double, such as 1e999, has no value that could be written again.
        guard let number = Double(text), number.isFinite || options.allowsNonFinite else {
            throw error(.invalidNumber, at: start)
        }
        return .double(number)
    }

    private mutating func digits() throws(JSONParseError) {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        guard position > start else { throw error(.invalidNumber) }
    }

    mutating func string() throws(JSONParseError) -> String {
        let open = position
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
                    throw error(.invalidUTF8, at: open)
                }
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw error(.controlCharacterInString)
            default: position += 1
            }
        }
        throw error(.unexpectedEnd)
    }

    /// The slower path, from the first backslash on.
    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw error(.invalidUTF8, at: start - 1)
                }
                return result
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw error(.controlCharacterInString, at: position - 1)
            default: text.append(byte)
            }
        }
        throw error(.unexpectedEnd)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONParseError) {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default: throw error(.invalidEscape, at: position - 2)
        }
    }

    /// The scalar of `\u0000` or of two of them that form a surrogate pair; half a pair is U+FFFD.
    private mutating func unicodeEscape() throws(JSONParseError) -> Character {
        let first = try hexQuad()
        if let scalar = UnicodeScalar(first) { return Character(scalar) }
        let isHigh = first < 0xDC00
        if isHigh, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let mark = position
            position += 2
            let second = try hexQuad()
            if (0xDC00..<0xE000).contains(second),
                let scalar = UnicodeScalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                return Character(scalar)
            }
            position = mark
        }
        return "\u{FFFD}"
    }

    private mutating func hexQuad() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
                throw error(.invalidEscape)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
