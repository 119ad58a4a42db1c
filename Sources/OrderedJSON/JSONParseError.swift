/// Why a text is not the JSON that was asked for, and where.
package struct JSONParseError: Error, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Equatable, Sendable {
        case unexpectedEnd
        case unexpectedByte(UInt8)
        case trailingContent
        case invalidUTF8
        case controlCharacterInString
        case invalidEscape
        case invalidNumber
        case tooDeep(limit: Int)
        case duplicateKey(String)
    }

    package let reason: Reason
    /// Where, counted in bytes from the start.
    package let offset: Int
    /// The line, counted from 1.
    package let line: Int
    /// The column in bytes, counted from 1.
    package let column: Int

    package var description: String { "\(reasonText) at line \(line), column \(column)" }

    private var reasonText: String {
        switch reason {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte(let byte) where (0x21..<0x7F).contains(byte):
            "unexpected character '\(Character(UnicodeScalar(byte)))'"
        case .unexpectedByte(let byte): "unexpected byte \(byte)"
        case .trailingContent: "unexpected content after the JSON value"
        case .invalidUTF8: "invalid UTF-8"
        case .controlCharacterInString: "unescaped control character in a string"
        case .invalidEscape: "invalid escape in a string"
        case .invalidNumber: "invalid number"
        case .tooDeep(let limit): "more than \(limit) nested arrays or objects"
        case .duplicateKey(let key): "duplicate key \"\(key.prefix(64))\""
        }
    }
}
