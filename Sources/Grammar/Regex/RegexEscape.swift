/// What stands behind a backslash.
enum RegexEscape {
    /// Reads an escape; the position is behind the backslash.
    static func parse(_ scalars: [UnicodeScalar], _ position: inout Int) throws(GrammarError) -> ScalarSet {
        guard position < scalars.count else {
            throw .syntax(offset: position, problem: "a backslash without anything behind it")
        }
        let next = scalars[position]
        position += 1
        switch next {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "w": return .wordCharacters
        case "W": return ScalarSet.wordCharacters.inverted
        case "s": return .blanks
        case "S": return ScalarSet.blanks.inverted
        case "t": return ScalarSet("\t")
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "f": return ScalarSet("\u{C}")
        case "v": return ScalarSet("\u{B}")
        case "0": return ScalarSet("\0")
        case "x": return try hex(scalars, &position, count: 2)
        case "u" where position < scalars.count && scalars[position] == "{": return try braced(scalars, &position)
        case "u": return try hex(scalars, &position, count: 4)
        case "1"..."9", "k": throw .syntax(offset: position, problem: "a reference, which is not supported,")
        case "b", "B": throw .syntax(offset: position, problem: "a word boundary, which is not supported,")
        case "a"..."z", "A"..."Z": throw .syntax(offset: position, problem: "the unknown escape '\\\(next)'")
        default: return ScalarSet([next.value...next.value])
        }
    }

    private static func braced(_ scalars: [UnicodeScalar], _ position: inout Int) throws(GrammarError) -> ScalarSet {
        position += 1
        guard let end = scalars[position...].firstIndex(of: "}"), end - position <= 6 else {
            throw .syntax(offset: position, problem: "an unfinished escape")
        }
        let set = try hex(scalars, &position, count: end - position)
        position += 1
        return set
    }

    private static func hex(
        _ scalars: [UnicodeScalar],
        _ position: inout Int,
        count: Int
    ) throws(GrammarError) -> ScalarSet {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < scalars.count, let digit = Character(scalars[position]).hexDigitValue else {
                throw .syntax(offset: position, problem: "a digit that is not hexadecimal")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        guard count > 0, UnicodeScalar(value) != nil else {
            throw .syntax(offset: position, problem: "an escape that stands for no character")
        }
        return ScalarSet([value...value])
    }
}

/// A class of characters in brackets.
enum RegexClass {
    /// Reads a class; the position is behind the opening bracket.
    static func parse(_ scalars: [UnicodeScalar], _ position: inout Int) throws(GrammarError) -> ScalarSet {
        let opening = position
        var ranges: [ClosedRange<UInt32>] = []
        let isInverted = position < scalars.count && scalars[position] == "^"
        if isInverted { position += 1 }
        while position < scalars.count, scalars[position] != "]" {
            let set = try item(scalars, &position)
            // A hyphen between two single characters makes a range.
            if let low = single(set), position + 1 < scalars.count, scalars[position] == "-",
                scalars[position + 1] != "]"
            {
                position += 1
                guard let high = single(try item(scalars, &position)), high >= low else {
                    throw .syntax(offset: position, problem: "a range that ends before it begins")
                }
                ranges.append(low...high)
            } else {
                ranges += set.ranges
            }
        }
        guard position < scalars.count else {
            throw .syntax(offset: opening, problem: "a class without its ']'")
        }
        position += 1
        let set = ScalarSet(ranges)
        return isInverted ? set.inverted : set
    }

    private static func item(_ scalars: [UnicodeScalar], _ position: inout Int) throws(GrammarError) -> ScalarSet {
        let next = scalars[position]
        position += 1
        guard next == "\\" else { return ScalarSet([next.value...next.value]) }
        // Inside a class, \b is the backspace.
        if position < scalars.count, scalars[position] == "b" {
            position += 1
            return ScalarSet("\u{8}")
        }
        return try RegexEscape.parse(scalars, &position)
    }

    private static func single(_ set: ScalarSet) -> UInt32? {
        guard set.ranges.count == 1, let range = set.ranges.first, range.count == 1 else { return nil }
        return range.lowerBound
    }
}
