/// Looks for stop strings in a growing text and holds back what may become one.
package struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private let includesStop: Bool
    private var held: [UInt8] = []

    /// - Precondition: No stop string is empty.
    package init(_ stops: [String], includesStop: Bool = false) {
        self.includesStop = includesStop
        self.stops = stops.map { Array($0.utf8) }
        precondition(self.stops.allSatisfy { !$0.isEmpty }, "an empty stop string stops everything")
    }

    /// The stop string that was found.
    package private(set) var found: String?

    /// Takes more text; returns what can be sent and whether a stop string was found.
    ///
    /// The text ends before the stop string that is complete first, or with it; nothing may follow.
    package mutating func feed(_ text: String) -> (text: String, isStopped: Bool) {
        guard !stops.isEmpty else { return (text, false) }
        let known = held.count
        held.append(contentsOf: text.utf8)
        if let stop = firstStop(endingAfter: known) {
            defer { held = [] }
            found = String(decoding: held[stop], as: UTF8.self)
            return (String(decoding: held[..<(includesStop ? stop.upperBound : stop.lowerBound)], as: UTF8.self), true)
        }
        let keep = longestBeginning()
        defer { held.removeFirst(held.count - keep) }
        return (String(decoding: held[..<(held.count - keep)], as: UTF8.self), false)
    }

    /// Gives up what is held back: no more text follows.
    package mutating func flush() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// The stop string that is complete first; of several at one place the longest.
    private func firstStop(endingAfter known: Int) -> Range<Int>? {
        for end in (known + 1)..<(held.count + 1) {
            let starts = stops.compactMap { stop -> Int? in
                end >= stop.count && held[(end - stop.count)..<end].elementsEqual(stop) ? end - stop.count : nil
            }
            if let start = starts.min() { return start..<end }
        }
        return nil
    }

    /// How many bytes at the end of the text begin some stop string.
    private func longestBeginning() -> Int {
        let longest = (stops.map(\.count).max() ?? 1) - 1
        for count in stride(from: min(longest, held.count), to: 0, by: -1)
        where stops.contains(where: { $0.count > count && $0.starts(with: held.suffix(count)) }) {
            return count
        }
        return 0
    }
}
