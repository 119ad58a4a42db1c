/// How a document is written.
package enum JSONStyle: Sendable {
    /// No blanks: what goes over the wire.
    case compact
    /// What Python's `json.dumps(x, ensure_ascii=False)` prints: `", "` and `": "`.
    case python
}

extension JSONValue {
    /// The document as text; numbers are written as Python writes them.
    package func text(_ style: JSONStyle = .compact) -> String {
        String(decoding: utf8(style), as: UTF8.self)
    }

    /// The document as UTF-8 bytes.
    package func utf8(_ style: JSONStyle = .compact) -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, style: style)
        return bytes
    }

    /// Appends the document to `bytes`.
    package func append(to bytes: inout [UInt8], style: JSONStyle = .compact) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .bigInteger(let digits), .decimal(let digits): bytes.append(contentsOf: digits.utf8)
        case .double(let number): bytes.append(contentsOf: JSONValue.text(of: number).utf8)
        case .string(let text): JSONValue.append(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { JSONValue.appendSeparator(",", style, to: &bytes) }
                element.append(to: &bytes, style: style)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { JSONValue.appendSeparator(",", style, to: &bytes) }
                JSONValue.append(member.key, to: &bytes)
                JSONValue.appendSeparator(":", style, to: &bytes)
                member.value.append(to: &bytes, style: style)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// Appends `text` as a JSON string with its quotes; only what RFC 8259 §7 demands is escaped.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case 0x08: bytes.append(contentsOf: "\\b".utf8)
            case 0x0C: bytes.append(contentsOf: "\\f".utf8)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                bytes.append(contentsOf: "\\u00\(hex.count == 1 ? "0" : "")\(hex)".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The shortest digits that read back as `number`, in Python's notation.
    package static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        let magnitude = number.magnitude
        // Python turns to exponents at 10^16, Swift somewhere near; whole numbers there have exact digits.
        guard magnitude >= 0x1p53, magnitude < 0x1p55 else { return number.description }
        if magnitude < 1e16 { return (number < 0 ? "-" : "") + "\(Int64(magnitude)).0" }
        guard !number.description.contains("e") else { return number.description }
        var digits = Array(String(Int64(magnitude)))
        let exponent = digits.count - 1
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        let fraction = digits.count > 1 ? "." + String(digits.dropFirst()) : ""
        return (number < 0 ? "-" : "") + String(digits[0]) + fraction + "e+\(exponent)"
    }

    private static func appendSeparator(_ mark: StaticString, _ style: JSONStyle, to bytes: inout [UInt8]) {
        bytes.append(mark.utf8Start[0])
        if style == .python { bytes.append(UInt8(ascii: " ")) }
    }
}
