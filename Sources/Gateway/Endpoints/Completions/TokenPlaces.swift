/// Where tokens begin in a text that leaves some of what they say out and has something of its own.
///
/// Pure: text in, places out. White space around the tag that ends a thought is the standard one whatever the model wrote,
/// some special tokens are not shown, and what was fed to end a thought is shown as its tag only. So each token is looked
/// for behind the one before it.
struct TokenPlaces {
    /// Characters (Unicode scalars) in front of `rest`.
    private var offset: Int
    /// The text that no token has taken, in bytes.
    private var rest: ArraySlice<UInt8> = []

    /// - Parameter offset: How many characters stand in front of all tokens.
    init(offset: Int) { self.offset = offset }

    /// Adds to the text.
    mutating func add(_ text: String) { rest += Array(text.utf8) }

    /// The place of the next token, and takes its bytes from the text; `nil` if more text has to come first.
    mutating func take(_ bytes: [UInt8], isEnd: Bool) -> Int? {
        var text = rest
        var place = offset
        var isFound = false
        var end = offset
        for byte in bytes {
            while let next = text.first, next != byte, next.isSpace, !byte.isSpace {
                text.removeFirst()
                end += 1
            }
            guard let next = text.first else {
                guard isEnd else { return nil }
                break
            }
            guard next == byte else {
                if byte.isSpace { continue }
                return takeUnlike(bytes)
            }
            text.removeFirst()
            if !isFound { place = end }
            isFound = true
            end += byte.isScalarStart ? 1 : 0
        }
        guard isFound else { return offset }
        (rest, offset) = (text, end)
        return place
    }

    /// A token that is not in the text has no width; bytes that are no text stand there as other characters.
    private mutating func takeUnlike(_ bytes: [UInt8]) -> Int {
        guard String(validating: bytes, as: UTF8.self) == nil else { return offset }
        let place = offset
        for byte in bytes where byte.isScalarStart && !rest.isEmpty {
            rest.removeFirst()
            rest = rest.drop { !$0.isScalarStart }
            offset += 1
        }
        return place
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    fileprivate var isScalarStart: Bool { self & 0xC0 != 0x80 }
}
