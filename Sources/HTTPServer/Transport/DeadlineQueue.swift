/// Deadlines of connections, earliest first.
///
/// A binary heap. Entries are not removed when a deadline moves: the owner compares with what is true when one comes
/// up, so that moving a deadline further away, which every request does, costs nothing.
struct DeadlineQueue {
    /// One deadline.
    struct Entry: Equatable {
        let time: Duration
        let id: UInt64
    }

    private var heap: [Entry] = []

    /// The earliest deadline.
    var earliest: Duration? { heap.first?.time }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].time < heap[parent].time else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes and returns the earliest deadline if it has come.
    mutating func removeDue(at time: Duration) -> Entry? {
        guard let first = heap.first, first.time <= time else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
