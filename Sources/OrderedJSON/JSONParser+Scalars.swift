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
        position = endOfPlainText(from: start)
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            defer { position += 1 }
            return try text(bytes[start..<position], at: open)
        case UInt8(ascii: "\\"): return try escapedString(from: start)
        default: throw error(.controlCharacterInString)
        }
    }

    /// The slower path, from the first backslash on.
    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var decoded = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(decoded, at: start - 1)
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            default: throw error(.controlCharacterInString, at: position - 1)
            }
            let end = endOfPlainText(from: position)
            decoded.append(contentsOf: bytes[position..<end])
            position = end
        }
        throw error(.unexpectedEnd)
    }

    private func text(_ utf8: some Sequence<UInt8>, at open: Int) throws(JSONParseError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw error(.invalidUTF8, at: open) }
        return text
    }

    /// The first quote, backslash or control character from `start` on, or the end of the document.
    ///
    /// Almost all bytes of a request are text, so eight are looked at in one step.
    private func endOfPlainText(from start: Int) -> Int {
        let everyByte: UInt64 = 0x0101_0101_0101_0101
        let raw = UnsafeRawBufferPointer(bytes)
        var place = start
        while place + 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            let quotes = word ^ (everyByte &* UInt64(UInt8(ascii: "\"")))
            let backslashes = word ^ (everyByte &* UInt64(UInt8(ascii: "\\")))
            // Subtracting borrows through the top bit of a byte that is too small; the lowest such byte is a true one.
            let found =
                ((quotes &- everyByte) & ~quotes | (backslashes &- everyByte) & ~backslashes
                    | (word &- everyByte &* 0x20) & ~word) & (everyByte &* 0x80)
            if found != 0 { return place + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: return place
            default: place += 1
            }
        }
        return place
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
        case UInt8(ascii: "u"):
            text.append(contentsOf: UTF8.encode(try unicodeEscape()) ?? UTF8.encodedReplacementCharacter)
        default: throw error(.invalidEscape, at: position - 2)
        }
    }

    /// The scalar of `\u0000` or of two of them that form a surrogate pair; half a pair is U+FFFD.
    private mutating func unicodeEscape() throws(JSONParseError) -> Unicode.Scalar {
        let first = try hexQuad()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isHigh = first < 0xDC00
        if isHigh, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let mark = position
            position += 2
            let second = try hexQuad()
            if (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                return scalar
            }
            position = mark
        }
        return "\u{FFFD}"
    }

    private mutating func hexQuad() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard let digit = Self.hexDigit(bytes[position]) else { throw error(.invalidEscape) }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
