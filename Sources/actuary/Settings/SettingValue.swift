/// A value as it was written, before anything is known about the key.
enum SettingValue: Equatable, Sendable {
    /// The text of an environment variable or a flag; it takes its kind from the key.
    case untyped(String)
    /// A text in a file: quoted, or plain and not to be read as anything else.
    case text(String)
    /// A number in a file, as it was written.
    case number(String)
    /// `true` or `false` in a file.
    case bool(String)
    /// `null`, `~` or nothing in a file.
    case null
    /// A list or a mapping in a file.
    case collection
}

extension SettingValue {
    /// The text of a key that takes text.
    var asText: String? {
        switch self {
        case .untyped(let text), .text(let text): text.isEmpty ? nil : text
        default: nil
        }
    }

    /// The whole number of a key that takes one: decimal digits, with a sign at most.
    var asInteger: Int? {
        switch self {
        case .untyped(let text), .number(let text):
            text.utf8.allSatisfy { $0 != UInt8(ascii: "+") } ? Int(text) : nil
        default: nil
        }
    }

    /// The finite number of a key that takes one.
    var asNumber: Double? {
        switch self {
        case .untyped(let text), .number(let text):
            // `Double` would take "0x10", "nan" and "infinity" too.
            text.utf8.allSatisfy { "+-.eE0123456789".utf8.contains($0) } ? Double(text) : nil
        default: nil
        }
    }

    /// The digits of a key that takes an exact number.
    var asDecimal: String? {
        switch self {
        case .untyped(let text), .number(let text), .text(let text): text
        default: nil
        }
    }

    /// The value of a key that is on or off.
    var asBool: Bool? {
        switch self {
        case .untyped(let text), .bool(let text): Bool(text)
        default: nil
        }
    }

    /// Whether a key that may be left undecided is to be so.
    var isNull: Bool { self == .null || self == .untyped("null") }

    /// The value for an error message.
    var quoted: String {
        switch self {
        case .untyped(let text), .text(let text): "'\(text)'"
        case .number(let text), .bool(let text): text
        case .null: "null"
        case .collection: "a list or a mapping"
        }
    }
}
