/// Where in a text special tokens are recognised.
enum SpecialTokenScope: Sendable {
    case everywhere
    case nowhere
    /// Only wholly inside one of these ranges of UTF-8 offsets, which are sorted and do not touch.
    case within([Range<Int>])

    /// Sorts the ranges, cuts them to the text and merges those that touch.
    static func within(_ ranges: [Range<Int>], textCount: Int) -> SpecialTokenScope {
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let range = range.clamped(to: 0..<textCount)
            guard !range.isEmpty else { continue }
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return .within(merged)
    }
}

/// Walks along the ranges of a scope while the place in the text only grows.
struct ScopeCursor {
    private let specials: SpecialTokenScope
    private var index = 0

    init(_ specials: SpecialTokenScope) { self.specials = specials }

    /// How far a special token that starts at `place` may reach.
    mutating func end(at place: Int) -> Int {
        switch specials {
        case .everywhere: return .max
        case .nowhere: return -1
        case .within(let ranges):
            while index < ranges.count, ranges[index].upperBound <= place { index += 1 }
            return index < ranges.count && ranges[index].lowerBound <= place ? ranges[index].upperBound : -1
        }
    }
}
