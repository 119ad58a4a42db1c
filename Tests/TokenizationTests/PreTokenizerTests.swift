import Testing

@testable import Tokenization

/// The pattern as a backtracking matcher would run it, slowly and from the book.
private struct ReferencePattern {
    /// A set of characters and how many of them, as many as possible first.
    struct Item: Sendable {
        let count: ClosedRange<Int>
        let accepts: @Sendable (Character) -> Bool
    }

    static let any = Int.max
    static let lu: Set<Character> = ["A", "ǅ"]
    static let ll: Set<Character> = ["a"]
    static let lo: Set<Character> = ["中", "ʰ"]
    static let m: Set<Character> = ["\u{301}"]
    static let n: Set<Character> = ["7"]
    static let newline: Set<Character> = ["\n", "\r"]
    static let s: Set<Character> = [" ", "\u{3000}", "\n", "\r"]
    static let letter = lu.union(ll).union(lo)

    static let lead = Item(count: 0...1) { !newline.contains($0) && !letter.contains($0) && !n.contains($0) }
    static func upper(_ least: Int) -> Item {
        Item(count: least...any) { lu.contains($0) || lo.contains($0) || m.contains($0) }
    }
    static func lower(_ least: Int) -> Item {
        Item(count: least...any) { ll.contains($0) || lo.contains($0) || m.contains($0) }
    }
    static let punctuation = Item(count: 1...any) { !s.contains($0) && !letter.contains($0) && !n.contains($0) }
    static let blanks = Item(count: 1...any) { s.contains($0) }

    static let alternatives: [[Item]] = [
        [lead, upper(0), lower(1)],
        [lead, upper(1), lower(0)],
        [Item(count: 1...1) { n.contains($0) }],
        [Item(count: 0...1) { $0 == " " }, punctuation, Item(count: 0...any) { newline.contains($0) || $0 == "/" }],
        [Item(count: 0...any) { s.contains($0) }, Item(count: 1...any) { newline.contains($0) }],
    ]

    static func end(of items: ArraySlice<Item>, in text: [Character], from start: Int) -> Int? {
        guard let item = items.first else { return start }
        var longest = 0
        while longest < item.count.upperBound, start + longest < text.count, item.accepts(text[start + longest]) {
            longest += 1
        }
        while longest >= item.count.lowerBound {
            if let end = end(of: items.dropFirst(), in: text, from: start + longest) { return end }
            longest -= 1
        }
        return nil
    }

    /// The lengths of the pieces, in characters.
    static func pieces(_ text: [Character]) -> [Int] {
        var pieces: [Int] = []
        var start = 0
        while start < text.count {
            var end = alternatives.lazy.compactMap { Self.end(of: $0[...], in: text, from: start) }.first
            if end == nil, let run = Self.end(of: [blanks], in: text, from: start) {
                // `\s+(?!\S)`, else `\s+`.
                end = run == text.count || run == start + 1 ? run : run - 1
            }
            guard let end, end > start else { return [] }
            pieces.append(end - start)
            start = end
        }
        return pieces
    }
}

@Suite struct PreTokenizerTests {
    private static let palette: [Character] = ["A", "a", "中", "\u{301}", "7", " ", "\u{3000}", "\n", "!", "/"]

    private func pieces(_ text: [Character]) -> [Int] {
        let bytes = text.flatMap { Array(String($0).utf8) }
        var starts: [Int: Int] = [:]
        var offset = 0
        for (index, character) in text.enumerated() {
            starts[offset] = index
            offset += String(character).utf8.count
        }
        starts[offset] = text.count
        return bytes.withUnsafeBufferPointer { bytes in
            UnicodeClasses.shared.table.withUnsafeBufferPointer { table in
                guard let base = bytes.baseAddress, let table = table.baseAddress else { return [] }
                let scanner = PreTokenizer(bytes: base, end: bytes.count, classes: table)
                var lengths: [Int] = []
                var start = 0
                while start < bytes.count {
                    let end = scanner.pieceEnd(from: start)
                    guard end > start, let first = starts[start], let last = starts[end] else { return [-1] }
                    lengths.append(last - first)
                    start = end
                }
                return lengths
            }
        }
    }

    @Test("every text of up to four characters is cut as by the expression")
    func exhaustive() {
        var texts: [[Character]] = [[]]
        for _ in 0..<4 {
            texts = texts.flatMap { text in Self.palette.map { text + [$0] } }
            for text in texts where pieces(text) != ReferencePattern.pieces(text) {
                Issue.record("\(String(text).debugDescription): \(pieces(text)), not \(ReferencePattern.pieces(text))")
                return
            }
        }
    }

    @Test("longer random texts are cut as by the expression", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let few = (0..<4).compactMap { _ in (Self.palette + ["\r", "ǅ", "ʰ"]).randomElement(using: &generator) }
            let text = (0..<24).compactMap { _ in few.randomElement(using: &generator) }
            #expect(pieces(text) == ReferencePattern.pieces(text), "\(String(text).debugDescription)")
        }
    }

    @Test("classes agree with the runtime's categories on everything that is as old as Unicode 15")
    func classes() {
        var different: [Unicode.Scalar] = []
        var counts = [Int](repeating: 0, count: 8)
        for scalar in (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init) {
            let characterClass = UnicodeClasses.shared.characterClass(of: scalar)
            counts[Int(characterClass)] += 1
            // U+0295 was a small letter up to Unicode 16, the table's version, and is none since.
            guard let age = scalar.properties.age, age.major <= 15, scalar != "\u{295}" else { continue }
            if characterClass != expectedClass(scalar) { different.append(scalar) }
        }
        #expect(different.isEmpty, "\(different.prefix(5)) and \(different.count) in all")
        #expect(UnicodeClasses.shared.characterClass(of: "\u{295}") == CharacterClass.lower)
        #expect(counts[Int(CharacterClass.space)] == 23 && counts[Int(CharacterClass.newline)] == 2)
        // Unicode 16.
        #expect(counts[Int(CharacterClass.number)] == 1911 && counts[Int(CharacterClass.mark)] == 2501)
        #expect(counts[Int(CharacterClass.upper)] == 1889 && counts[Int(CharacterClass.lower)] == 2258)
        #expect(counts[Int(CharacterClass.caseless)] == 136_881)
    }

    private func expectedClass(_ scalar: Unicode.Scalar) -> UInt8 {
        if scalar == "\r" || scalar == "\n" { return CharacterClass.newline }
        if scalar.properties.isWhitespace { return CharacterClass.space }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter: return CharacterClass.upper
        case .lowercaseLetter: return CharacterClass.lower
        case .modifierLetter, .otherLetter: return CharacterClass.caseless
        case .nonspacingMark, .spacingMark, .enclosingMark: return CharacterClass.mark
        case .decimalNumber, .letterNumber, .otherNumber: return CharacterClass.number
        default: return CharacterClass.other
        }
    }
}
