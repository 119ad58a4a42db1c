/// Splits ranges of scalars into runs of byte ranges: every combination of bytes of a run is one scalar's UTF-8.
enum UTF8Ranges {
    /// The last scalars of one, two, three and four bytes.
    private static let lastOfLength: [UInt32] = [0x7F, 0x7FF, 0xFFFF, ScalarSet.lastScalar]

    static func runs(of set: ScalarSet) -> [[ClosedRange<UInt8>]] { set.ranges.flatMap(runs) }

    private static func runs(of range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
        var result: [[ClosedRange<UInt8>]] = []
        var lower = range.lowerBound
        for last in lastOfLength where lower <= range.upperBound && lower <= last {
            split(lower, min(last, range.upperBound), &result)
            lower = last + 1
        }
        return result
    }

    /// Both have equally many bytes. Cuts until all bytes behind the first one that differs are whole.
    private static func split(_ lower: UInt32, _ upper: UInt32, _ result: inout [[ClosedRange<UInt8>]]) {
        let count = encoded(lower).count
        for tail in stride(from: 1, to: count, by: 1) {
            let mask = UInt32(1) << UInt32(6 * tail) - 1
            guard lower & ~mask != upper & ~mask else { continue }
            if lower & mask != 0 {
                split(lower, lower | mask, &result)
                split((lower | mask) + 1, upper, &result)
                return
            }
            if upper & mask != mask {
                split(lower, (upper & ~mask) - 1, &result)
                split(upper & ~mask, upper, &result)
                return
            }
        }
        result.append(zip(encoded(lower), encoded(upper)).map { $0...$1 })
    }

    private static func encoded(_ value: UInt32) -> [UInt8] {
        UnicodeScalar(value).map { Array(String(Character($0)).utf8) } ?? []
    }
}
