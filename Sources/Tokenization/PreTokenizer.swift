/// Cuts text into the pieces inside which tokens are merged.
///
/// A hand-written form of one regular expression, `pattern`, matched again and again from left to right. At each place
/// the alternatives are tried in order, with backtracking; the comments say what that comes to. Every byte is looked
/// at a bounded number of times, so the whole scan is linear.
///
/// The struct borrows its memory and must not outlive the closure that lent it.
struct PreTokenizer {
    /// The only expression this scanner implements, as `tokenizer.json` spells it.
    static let pattern =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// A set of character classes, one bit each.
    private typealias ClassSet = UInt8
    /// Lu, Lt, Lm, Lo, M.
    private static let upperLike: ClassSet =
        1 << CharacterClass.upper | 1 << CharacterClass.caseless | 1 << CharacterClass.mark
    /// Ll, Lm, Lo, M.
    private static let lowerLike: ClassSet =
        1 << CharacterClass.lower | 1 << CharacterClass.caseless | 1 << CharacterClass.mark
    /// Lm, Lo, M: what both letter sets hold.
    private static let eitherLike: ClassSet = upperLike & lowerLike
    private static let wordLike: ClassSet = upperLike | lowerLike
    /// What is no white space, letter or number.
    private static let punctuation: ClassSet = 1 << CharacterClass.other | 1 << CharacterClass.mark
    private static let blank: ClassSet = 1 << CharacterClass.space | 1 << CharacterClass.newline

    /// Valid UTF-8.
    private let bytes: UnsafePointer<UInt8>
    private let end: Int
    private let stage: UnsafePointer<UInt8>
    private let blocks: UnsafePointer<UInt8>

    /// - Parameters:
    ///   - bytes: Valid UTF-8.
    ///   - end: Where the text ends; the pattern sees nothing behind it.
    ///   - classes: `UnicodeClasses.table`.
    init(bytes: UnsafePointer<UInt8>, end: Int, classes: UnsafePointer<UInt8>) {
        self.bytes = bytes
        self.end = end
        stage = classes
        blocks = classes + UnicodeClasses.blockCount
    }

    /// The end of the piece that starts at `start`.
    ///
    /// - Precondition: `start` is a character's first byte and lies before `end`.
    @inline(__always)
    func pieceEnd(from start: Int) -> Int {
        let (first, next) = character(at: start)
        switch first {
        case CharacterClass.number:
            return next
        case CharacterClass.space, CharacterClass.other:
            // Alternatives 1 and 2 take one leading character that is neither newline, letter nor number.
            let follower = next < end ? character(at: next).characterClass : CharacterClass.newline
            if isIn(Self.wordLike, follower) { return wordEnd(from: next) }
            if first == CharacterClass.other { return punctuationEnd(from: next) }
            if follower == CharacterClass.other, bytes[start] == UInt8(ascii: " ") {
                return punctuationEnd(from: next)
            }
            return blankEnd(from: start)
        case CharacterClass.newline:
            return blankEnd(from: start)
        default:
            // A mark could also be the optional leading character; the match ends at the same place.
            return wordEnd(from: start)
        }
    }

    /// Alternatives 1 and 2, behind the optional leading character.
    ///
    /// Alternative 1 is a run of upper-like characters, then lower-like ones, at least one. If no lower case follows
    /// the run, it gives characters back until it can end in one that belongs to both sets. Alternative 2 takes the
    /// run when there is no such character in it.
    private func wordEnd(from start: Int) -> Int {
        var position = start
        var eitherEnd = -1
        while position < end {
            let (characterClass, next) = character(at: position)
            if isIn(Self.upperLike, characterClass) {
                if isIn(Self.eitherLike, characterClass) { eitherEnd = next }
                position = next
                continue
            }
            guard characterClass == CharacterClass.lower else { break }
            return runEnd(of: Self.lowerLike, from: next)
        }
        return eitherEnd >= 0 ? eitherEnd : position
    }

    /// The rest of alternative 4: more punctuation, then newlines and slashes.
    private func punctuationEnd(from start: Int) -> Int {
        var position = runEnd(of: Self.punctuation, from: start)
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "/"): position += 1
            default: return position
            }
        }
        return position
    }

    /// Alternatives 5 to 7: up to the last newline of the run, else all but the blank before the next word.
    private func blankEnd(from start: Int) -> Int {
        var position = start
        var last = start
        var newlineEnd = -1
        while position < end {
            let (characterClass, next) = character(at: position)
            guard isIn(Self.blank, characterClass) else { break }
            if characterClass == CharacterClass.newline { newlineEnd = next }
            last = position
            position = next
        }
        if newlineEnd >= 0 { return newlineEnd }
        return position == end || last == start ? position : last
    }

    @inline(__always)
    private func runEnd(of set: ClassSet, from start: Int) -> Int {
        var position = start
        while position < end {
            let (characterClass, next) = character(at: position)
            guard isIn(set, characterClass) else { break }
            position = next
        }
        return position
    }

    @inline(__always)
    private func isIn(_ set: ClassSet, _ characterClass: UInt8) -> Bool { set >> characterClass & 1 != 0 }

    /// The class of the character at `position` and where the next one starts.
    @inline(__always)
    private func character(at position: Int) -> (characterClass: UInt8, next: Int) {
        let lead = bytes[position]
        // The scalars below 256 share a block.
        if lead < 0x80 { return (blocks[Int(stage[0]) << 8 + Int(lead)], position + 1) }
        let second = Int(bytes[position + 1] & 0x3F)
        if lead < 0xE0 { return (lookUp(Int(lead & 0x1F) << 6 | second), position + 2) }
        let third = Int(bytes[position + 2] & 0x3F)
        if lead < 0xF0 { return (lookUp(Int(lead & 0x0F) << 12 | second << 6 | third), position + 3) }
        let fourth = Int(bytes[position + 3] & 0x3F)
        return (lookUp(Int(lead & 0x07) << 18 | second << 12 | third << 6 | fourth), position + 4)
    }

    @inline(__always)
    private func lookUp(_ scalar: Int) -> UInt8 {
        blocks[Int(stage[scalar >> 8]) << 8 + scalar & 0xFF]
    }
}
