/// A JSON document whose objects keep the order in which their keys were written.
///
/// Foundation's decoders lose that order and the difference between `1` and `1.0`; prompts that quote a client's tool
/// declarations need both.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// A number written without fraction or exponent that does not fit 64 bits: its digits as they were written.
    case bigInteger(String)
    case double(Double)
    /// A fraction with exactly these decimal digits, for writing money; parsing gives `.double`.
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The text, if this is a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The members, if this is an object.
    package var object: JSONObject? { if case .object(let members) = self { members } else { nil } }

    /// The elements, if this is an array.
    package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The truth value, if this is `true` or `false`.
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// The whole number, if this was written as one and fits.
    package var integer: Int? { if case .integer(let number) = self { Int(number) } else { nil } }

    /// The number as a `Double`, whichever way it was written.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .bigInteger(let digits), .decimal(let digits): Double(digits)
        case .double(let number): number
        default: nil
        }
    }

    /// Whether this is `null`.
    package var isNull: Bool { self == .null }

    /// The member of that name, if this is an object that has one.
    package subscript(key: String) -> JSONValue? { object?[key] }

    /// What a person calls this kind of value in an error message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .bigInteger: "an integer"
        case .double, .decimal: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }

    /// - Precondition: The keys differ.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}
