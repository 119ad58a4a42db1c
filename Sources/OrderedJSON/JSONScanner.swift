/// Reads one JSON document byte by byte and says at once when a byte cannot belong to it.
///
/// For documents that are still being written: it keeps no values, only where in the document the next byte stands.
/// Unlike `JSONParser` it does not look at UTF-8 or at surrogates in escapes.
package struct JSONScanner: Sendable {
    /// What a byte did.
    package enum Event: Sendable, Equatable {
        /// A key is complete.
        case key
        /// A value begins with this byte.
        case begin
        /// A value ended with this byte or, if it is a number, before it.
        case end
    }

    /// The byte does not belong there.
    package struct Fault: Error, Equatable {
        package init() {}
    }

    private enum Place: Sendable, Equatable {
        /// Before a value; `orClose` allows the bracket that ends an empty array.
        case value(orClose: Bool)
        /// Before a key; `orClose` allows the brace that ends an empty object.
        case key(orClose: Bool)
        case colon
        case afterValue
        case string(isKey: Bool)
        case escape(isKey: Bool)
        case hex(isKey: Bool, left: Int)
        case literal(ArraySlice<UInt8>)
        case number(NumberPlace)
    }

    private enum NumberPlace: Sendable, Equatable {
        case sign
        case zero
        case integer
        case point
        case fraction
        case exponent
        case exponentSign
        case exponentDigits

        var isComplete: Bool {
            switch self {
            case .zero, .integer, .fraction, .exponentDigits: true
            case .sign, .point, .exponent, .exponentSign: false
            }
        }
    }

    private var place = Place.value(orClose: false)
    /// The open brackets, outermost first; true for objects.
    private var open: [Bool] = []
    private let maxDepth: Int

    package init(maxDepth: Int = 128) { self.maxDepth = maxDepth }

    /// How many arrays and objects are open.
    package var depth: Int { open.count }

    /// Whether the document has ended; only blanks may follow.
    package var isComplete: Bool { open.isEmpty && place == .afterValue }

    /// Whether the next byte stands behind a value, where a comma or a bracket may follow.
    package var isBehindValue: Bool { place == .afterValue }

    /// Takes the next byte.
    ///
    /// - Throws: `Fault` if no document goes on like this; the scanner is useless then.
    package mutating func feed(_ byte: UInt8) throws(Fault) -> [Event] {
        switch place {
        case .string(let isKey): return try string(byte, isKey)
        case .escape(let isKey): return try escape(byte, isKey)
        case .hex(let isKey, let left):
            guard Character(UnicodeScalar(byte)).isHexDigit, byte < 0x80 else { throw Fault() }
            place = left == 1 ? .string(isKey: isKey) : .hex(isKey: isKey, left: left - 1)
            return []
        case .literal(let rest):
            guard rest.first == byte else { throw Fault() }
            place = rest.count == 1 ? .afterValue : .literal(rest.dropFirst())
            return rest.count == 1 ? [.end] : []
        case .number(let number):
            if let next = Self.next(number, byte) {
                place = .number(next)
                return []
            }
            guard number.isComplete else { throw Fault() }
            place = .afterValue
            return [.end] + (try structure(byte))
        case .value, .key, .colon, .afterValue: return try structure(byte)
        }
    }

    private mutating func structure(_ byte: UInt8) throws(Fault) -> [Event] {
        switch (place, byte) {
        case (_, 0x20), (_, 0x09), (_, 0x0A), (_, 0x0D): return []
        case (.value(true), UInt8(ascii: "]")): return try close(isObject: false)
        case (.value, _): return try begin(byte)
        case (.key, UInt8(ascii: "\"")):
            place = .string(isKey: true)
            return []
        case (.key(true), UInt8(ascii: "}")): return try close(isObject: true)
        case (.colon, UInt8(ascii: ":")):
            place = .value(orClose: false)
            return []
        case (.afterValue, UInt8(ascii: ",")) where !open.isEmpty:
            place = open.last == true ? .key(orClose: false) : .value(orClose: false)
            return []
        case (.afterValue, UInt8(ascii: "}")): return try close(isObject: true)
        case (.afterValue, UInt8(ascii: "]")): return try close(isObject: false)
        default: throw Fault()
        }
    }

    private mutating func begin(_ byte: UInt8) throws(Fault) -> [Event] {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard open.count < maxDepth else { throw Fault() }
            let isObject = byte == UInt8(ascii: "{")
            open.append(isObject)
            place = isObject ? .key(orClose: true) : .value(orClose: true)
        case UInt8(ascii: "\""): place = .string(isKey: false)
        case UInt8(ascii: "t"): place = .literal(Array("rue".utf8)[...])
        case UInt8(ascii: "f"): place = .literal(Array("alse".utf8)[...])
        case UInt8(ascii: "n"): place = .literal(Array("ull".utf8)[...])
        case UInt8(ascii: "-"): place = .number(.sign)
        case UInt8(ascii: "0"): place = .number(.zero)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): place = .number(.integer)
        default: throw Fault()
        }
        return [.begin]
    }

    private mutating func close(isObject: Bool) throws(Fault) -> [Event] {
        guard open.popLast() == isObject else { throw Fault() }
        place = .afterValue
        return [.end]
    }

    private mutating func string(_ byte: UInt8, _ isKey: Bool) throws(Fault) -> [Event] {
        switch byte {
        case UInt8(ascii: "\""):
            place = isKey ? .colon : .afterValue
            return [isKey ? .key : .end]
        case UInt8(ascii: "\\"): place = .escape(isKey: isKey)
        case 0..<0x20: throw Fault()
        default: break
        }
        return []
    }

    private mutating func escape(_ byte: UInt8, _ isKey: Bool) throws(Fault) -> [Event] {
        guard #""\/bfnrtu"#.utf8.contains(byte) else { throw Fault() }
        place = byte == UInt8(ascii: "u") ? .hex(isKey: isKey, left: 4) : .string(isKey: isKey)
        return []
    }

    /// The place behind one more byte of a number; `nil` if the byte is none of it.
    private static func next(_ place: NumberPlace, _ byte: UInt8) -> NumberPlace? {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        switch place {
        case .sign: return byte == UInt8(ascii: "0") ? .zero : isDigit ? .integer : nil
        case .integer where isDigit: return .integer
        case .zero, .integer:
            if byte == UInt8(ascii: ".") { return .point }
            return byte | 0x20 == UInt8(ascii: "e") ? .exponent : nil
        case .point: return isDigit ? .fraction : nil
        case .fraction:
            return isDigit ? .fraction : byte | 0x20 == UInt8(ascii: "e") ? .exponent : nil
        case .exponent where byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"): return .exponentSign
        case .exponent, .exponentSign, .exponentDigits: return isDigit ? .exponentDigits : nil
        }
    }
}
