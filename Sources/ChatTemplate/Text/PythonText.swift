import OrderedJSON

/// Python's ideas of characters: which are blank, how case changes, how a text is quoted.
enum PythonText {
    /// What `str.strip()`, `str.isspace()` and `\s` take for white space.
    static func isSpace(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where `str.splitlines()` cuts.
    static func isLineBoundary(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// The number of bytes of the code point whose first byte is `lead`.
    static func length(ofLead lead: UInt8) -> Int {
        switch lead {
        case ..<0x80: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    /// Decodes the code point at `offset` of valid UTF-8.
    static func scalar(
        in bytes: UnsafeBufferPointer<UInt8>,
        at offset: Int
    ) -> (scalar: UnicodeScalar, length: Int) {
        let lead = bytes[offset]
        let length = length(ofLead: lead)
        guard length > 1 else { return (UnicodeScalar(lead), 1) }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3F) }
        return (UnicodeScalar(value) ?? "\u{FFFD}", length)
    }

    /// The text as Python's `repr` quotes it.
    static func quoted(_ text: TemplateString, into bytes: inout [UInt8]) {
        let hasSingle = text.utf8.contains(UInt8(ascii: "'"))
        let quote: UnicodeScalar = hasSingle && !text.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        bytes.append(contentsOf: String(quote).utf8)
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case quote, "\\":
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(contentsOf: String(scalar).utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case _ where isPrintable(scalar): bytes.append(contentsOf: String(scalar).utf8)
            default: bytes.append(contentsOf: escape(scalar).utf8)
            }
        }
        bytes.append(contentsOf: String(quote).utf8)
    }

    /// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, as `repr` and `backslashreplace` write a code point.
    static func escape(_ scalar: UnicodeScalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + mark + String(repeating: "0", count: width - digits.count) + digits
    }

    private static func isPrintable(_ scalar: UnicodeScalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    /// A float as Python's `str` prints it.
    static func text(of number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        return jsonText(of: number)
    }

    /// A float as Python's `json.dumps` prints it.
    static func jsonText(of number: Double) -> String {
        // From 2^53 on Swift may use an exponent where Python still writes all the digits.
        if number.magnitude >= 0x1p53, number.magnitude < 1e16 { return "\(Int64(number)).0" }
        return JSONValue.text(of: number)
    }
}
