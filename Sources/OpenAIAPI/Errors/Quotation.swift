import OrderedJSON

/// How error messages quote what a client sent: short enough to read, whatever it was.
enum Quotation {
    /// The most Unicode scalars of a quoted text.
    static let maxLength = 60

    /// A scalar as it was written, or what kind of value it is.
    static func of(_ value: JSONValue) -> String {
        switch value {
        case .null, .bool, .integer, .double: value.text()
        case .bigInteger(let digits), .decimal(let digits): cut(digits, to: maxLength)
        case .string(let text): "'\(cut(text, to: maxLength))'"
        case .array(let elements) where elements.isEmpty: "an empty array"
        case .array, .object: value.kind
        }
    }

    /// Words in quotation marks, with "or" before the last.
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    /// The text, or its beginning and an ellipsis.
    ///
    /// Counted in scalars: one `Character` can be as long as a whole body.
    static func cut(_ text: String, to length: Int) -> String {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}
