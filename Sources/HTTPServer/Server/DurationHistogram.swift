/// How long something took, counted in buckets.
package struct DurationHistogram: Sendable, Equatable {
    /// The upper bounds of all buckets but the last, in seconds.
    package static let bounds: [Double] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

    /// How many durations fell into each bucket; the last is for those above every bound.
    package private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)

    /// All durations together, in seconds.
    package private(set) var sum = 0.0

    /// Creates an empty histogram.
    package init() {}

    /// Counts a duration.
    package mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }
}
