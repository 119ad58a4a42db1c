/// Turns the bytes of tokens into text as they arrive, whole characters only.
///
/// A character's bytes may be spread over several tokens: the start of one is held back until it is complete or cannot
/// become valid. Each maximal invalid part becomes one U+FFFD (Unicode 16, section 3.9, "Substitution of Maximal
/// Subparts"), so the joined pieces equal the decoding of all bytes at once.
package struct IncrementalDetokenizer: Sendable {
    /// The start of a character, at most three bytes, between calls.
    private var held: [UInt8] = []

    package init() {}

    /// Takes the bytes of the next token and tells the text that is now certain.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> String {
        held.append(contentsOf: bytes)
        let certain = held.count - Self.unfinishedCount(held)
        guard certain > 0 else { return "" }
        let text = String(decoding: held[..<certain], as: UTF8.self)
        held.removeFirst(certain)
        return text
    }

    /// Ends the text: a character still unfinished becomes U+FFFD.
    package mutating func finish() -> String {
        let text = String(decoding: held, as: UTF8.self)
        held.removeAll()
        return text
    }

    /// How many bytes at the end are the start of a well-formed character that lacks bytes.
    private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
        for count in 1...3 where count <= bytes.count {
            let lead = bytes[bytes.count - count]
            // Only a lead byte can start a character; continuation bytes belong to something further left.
            if lead & 0xC0 == 0x80 { continue }
            guard count < length(lead: lead) else { return 0 }
            guard count > 1 else { return 1 }
            return secondBytes(lead: lead).contains(bytes[bytes.count - count + 1]) ? count : 0
        }
        return 0
    }

    /// The length of a character by its first byte; 0 for bytes that start none.
    private static func length(lead: UInt8) -> Int {
        switch lead {
        case 0x00...0x7F: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    /// Unicode 16, table 3-7: four lead bytes narrow what may follow them.
    private static func secondBytes(lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}
