import OrderedJSON

/// What values a parameter may have.
indirect enum ParameterKind: Sendable {
    case boolean
    /// One of a few strings.
    case word([String])
    /// A number written without fraction or exponent; `note` explains special values.
    case integer(ClosedRange<Int64>, note: String = "")
    case number(NumberRange)
    /// A string of so many UTF-8 bytes.
    case string(bytes: ClosedRange<Int> = 0...Int.max)
    /// Any object, kept as it is.
    case object
    /// An object whose members are named by token ids, at most so many.
    case tokenMap(ParameterKind, atMost: Int)
    /// An object whose members a table declares.
    case group(ParameterTable)
    /// An object one of whose members says which table declares it.
    case variants(ParameterVariants)
    /// An array of so many values of one kind.
    case list(ParameterKind, count: ClosedRange<Int> = 0...Int.max)
    /// The first kind that takes the value's JSON type decides.
    case oneOf([ParameterKind])
    /// Checked by a kind, but kept exactly as it was sent.
    case verbatim(ParameterKind)

    /// Whether a value has the right JSON type, whatever its content.
    func takes(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.boolean, .bool), (.word, .string), (.string, .string), (.list, .array): true
        case (.integer, .integer), (.integer, .bigInteger): true
        case (.number, .integer), (.number, .bigInteger), (.number, .double): true
        case (.object, .object), (.tokenMap, .object), (.group, .object), (.variants, .object): true
        case (.oneOf(let kinds), _): kinds.contains { $0.takes(value) }
        case (.verbatim(let kind), _): kind.takes(value)
        default: false
        }
    }

    /// What is allowed, as the end of a sentence that begins with "must be".
    var allowed: String {
        switch self {
        case .boolean: "true or false"
        case .word(let words): Quotation.alternatives(words)
        case .integer(let range, let note):
            "a whole number from \(range.lowerBound) to \(range.upperBound)" + (note.isEmpty ? "" : " (\(note))")
        case .number(let range) where range.includesLower:
            "a number from \(Self.plain(range.lower)) to \(Self.plain(range.upper))"
        case .number(let range):
            "a number above \(Self.plain(range.lower)) and at most \(Self.plain(range.upper))"
        case .string(let bytes): "a string" + Self.extent(bytes, of: "byte")
        case .object, .group, .variants: "an object"
        case .tokenMap(let kind, let count): "an object of at most \(count) token ids, each with \(kind.allowed)"
        case .list(_, let count): "an array" + Self.extent(count, of: "element")
        case .oneOf(let kinds): kinds.map(\.allowed).joined(separator: " or ")
        case .verbatim(let kind): kind.allowed
        }
    }

    private static func extent(_ range: ClosedRange<Int>, of unit: String) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (0, Int.max): ""
        case (let lower, Int.max): " of at least \(lower) \(unit)\(lower == 1 ? "" : "s")"
        case (0, let upper): " of at most \(upper) \(unit)s"
        case (let lower, let upper): " of \(lower) to \(upper) \(unit)s"
        }
    }

    private static func plain(_ number: Double) -> String {
        let text = JSONValue.text(of: number)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
