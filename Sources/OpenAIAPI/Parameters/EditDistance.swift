/// How many typing errors lie between two words.
enum EditDistance {
    /// Whether one word becomes the other by at most `limit` insertions, deletions, replacements or swaps of neighbours.
    ///
    /// The restricted form of Damerau's distance: no place is edited twice.
    ///
    /// - Complexity: O(a.count · b.count) if the lengths differ by at most `limit`, else O(1).
    static func between(_ a: [UInt8], _ b: [UInt8], atMost limit: Int) -> Int? {
        guard abs(a.count - b.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for row in 0..<a.count {
            var current = [row + 1]
            current.reserveCapacity(b.count + 1)
            for column in 0..<b.count {
                let replaced = last[column] + (a[row] == b[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }
}
