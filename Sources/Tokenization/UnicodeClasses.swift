/// The classes of characters that the pre-tokenizer's pattern tells apart.
///
/// The pattern's sets become bit masks over these eight values.
enum CharacterClass {
    /// Anything without a class of its own: punctuation, symbols, controls, unassigned code points.
    static let other: UInt8 = 0
    /// Carriage return and line feed.
    static let newline: UInt8 = 1
    /// White_Space other than `newline`.
    static let space: UInt8 = 2
    /// General category N.
    static let number: UInt8 = 3
    /// General categories Lu and Lt.
    static let upper: UInt8 = 4
    /// General category Ll.
    static let lower: UInt8 = 5
    /// General categories Lm and Lo, which count as upper and as lower case.
    static let caseless: UInt8 = 6
    /// General category M, which counts as upper case, as lower case and as punctuation.
    static let mark: UInt8 = 7
}

/// A two-stage table from Unicode scalars to character classes.
///
/// The classes are those of the regular expression engine inside Hugging Face `tokenizers` (Unicode 16), not those of
/// the Swift runtime, which may know another version: both must cut text alike, or the ids would differ.
struct UnicodeClasses: Sendable {
    /// How many scalars share an entry of the first stage.
    static let blockSize = 256
    static let blockCount = 0x110000 / blockSize
    static let shared = UnicodeClasses(runs: runs)

    /// The first stage (`blockCount` block numbers), then the blocks.
    let table: [UInt8]

    /// Expands run-length text: a letter of `letters` and a decimal length, which is left out when it is 1.
    ///
    /// - Precondition: The runs cover all scalars and need at most 256 different blocks.
    init(runs: StaticString) {
        var stage = [UInt8](repeating: 0, count: Self.blockCount)
        // The first blocks are uniform, one for each class; ranges inside one run share them.
        var blocks = (0..<8).flatMap { [UInt8](repeating: UInt8($0), count: Self.blockSize) }
        var scalar = 0
        runs.withUTF8Buffer { text in
            var position = 0
            while position < text.count {
                let characterClass = Self.characterClass(of: text[position])
                position += 1
                var length = 0
                while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit < 10 {
                    length = length * 10 + Int(digit)
                    position += 1
                }
                let end = scalar + max(length, 1)
                while scalar < end {
                    let offset = scalar % Self.blockSize
                    let count = min(Self.blockSize - offset, end - scalar)
                    if count == Self.blockSize {
                        stage[scalar / Self.blockSize] = characterClass
                    } else {
                        if offset == 0 {
                            stage[scalar / Self.blockSize] = UInt8(blocks.count / Self.blockSize)
                        }
                        blocks.append(contentsOf: repeatElement(characterClass, count: count))
                    }
                    scalar += count
                }
            }
        }
        precondition(scalar == 0x110000, "the runs do not cover all scalars")
        table = stage + blocks
    }

    /// The class of one scalar; the hot loops read the table themselves.
    func characterClass(of scalar: Unicode.Scalar) -> UInt8 {
        let value = Int(scalar.value)
        return table[Self.blockCount + Int(table[value >> 8]) << 8 + value & 0xFF]
    }

    private static func characterClass(of letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "r"): CharacterClass.newline
        case UInt8(ascii: "w"): CharacterClass.space
        case UInt8(ascii: "n"): CharacterClass.number
        case UInt8(ascii: "u"): CharacterClass.upper
        case UInt8(ascii: "l"): CharacterClass.lower
        case UInt8(ascii: "c"): CharacterClass.caseless
        case UInt8(ascii: "m"): CharacterClass.mark
        default: CharacterClass.other
        }
    }
}
