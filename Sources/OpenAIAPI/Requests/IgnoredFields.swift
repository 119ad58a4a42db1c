/// The value of the header `x-actuary-ignored`.
package enum IgnoredFields {
    /// The header's name.
    package static let headerName = "x-actuary-ignored"

    /// The most names that are listed, and the longest a name may be in bytes.
    static let maxNameCount = 20
    static let maxNameBytes = 64

    /// The names with commas between them, or `nil` if there are none.
    ///
    /// The names come from the client: bytes outside letters, digits and `_-.[]` are percent-encoded, so that no name
    /// can end the header or pass for two; long names are cut, and of many names the last is `and-N-more`.
    package static func headerValue(_ names: [String]) -> String? {
        guard !names.isEmpty else { return nil }
        var listed = names.prefix(maxNameCount).map(encoded)
        if names.count > maxNameCount { listed.append("and-\(names.count - maxNameCount)-more") }
        return listed.joined(separator: ", ")
    }

    private static func encoded(_ name: String) -> String {
        var text = ""
        for byte in name.utf8.prefix(maxNameBytes) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "["), UInt8(ascii: "]"):
                text.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += (byte < 16 ? "%0" : "%") + hex
            }
        }
        return text
    }
}
