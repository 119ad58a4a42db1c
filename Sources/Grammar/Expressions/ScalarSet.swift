/// A set of Unicode scalars as ranges in order, without overlaps.
package struct ScalarSet: Sendable, Equatable {
    package private(set) var ranges: [ClosedRange<UInt32>]

    package static let lastScalar: UInt32 = 0x10FFFF
    private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

    package init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.flatMap(Self.withoutSurrogates).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    package init(_ scalars: String) { self.init(scalars.unicodeScalars.map { $0.value...$0.value }) }

    package static let all = ScalarSet([0...lastScalar])
    package static let digits = ScalarSet([0x30...0x39])
    package static let wordCharacters = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// White space as ECMA-262 has it.
    package static let blanks = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// What `.` stands for.
    package static let anyButLineEnds = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029]).inverted
    /// What stands for itself in a JSON string.
    package static let jsonPlain = ScalarSet([0x00...0x1F, 0x22...0x22, 0x5C...0x5C]).inverted

    package var isEmpty: Bool { ranges.isEmpty }

    package var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.lastScalar { result.append(next...Self.lastScalar) }
        return ScalarSet(result)
    }

    package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    package func intersection(_ other: ScalarSet) -> ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var (one, two) = (0, 0)
        while one < ranges.count, two < other.ranges.count {
            let (a, b) = (ranges[one], other.ranges[two])
            let lower = max(a.lowerBound, b.lowerBound)
            let upper = min(a.upperBound, b.upperBound)
            if lower <= upper { result.append(lower...upper) }
            if a.upperBound < b.upperBound { one += 1 } else { two += 1 }
        }
        return ScalarSet(result)
    }

    package func isSuperset(of other: ScalarSet) -> Bool { intersection(other) == other }

    private static func withoutSurrogates(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        guard range.overlaps(surrogates) else { return [range] }
        var parts: [ClosedRange<UInt32>] = []
        if range.lowerBound < surrogates.lowerBound { parts.append(range.lowerBound...(surrogates.lowerBound - 1)) }
        if range.upperBound > surrogates.upperBound { parts.append((surrogates.upperBound + 1)...range.upperBound) }
        return parts
    }
}

extension ScalarSet {
    package func contains(_ scalar: UnicodeScalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }
}
