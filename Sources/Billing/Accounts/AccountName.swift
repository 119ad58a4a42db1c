/// What an account may be called.
package enum AccountName {
    /// To follow the name of the field.
    package static let rule = "must be 1 to 64 letters, digits and signs of . _ - @, beginning with a letter or digit"

    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isPlain(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte | 0x20) }
        guard (1...64).contains(bytes.count), isPlain(bytes[0]) else { return false }
        return bytes.allSatisfy { isPlain($0) || "._-@".utf8.contains($0) }
    }
}
