/// A linked list of symbols with a heap of the merges that are possible in it.
///
/// Costs 28 to 36 bytes for each byte of text. Heap entries are not removed when their pair goes away; they are
/// recognised when they come up, because the pair at their place then has another rank.
struct SymbolChain {
    let count: Int
    let symbols: UnsafeMutablePointer<Int32>
    let previous: UnsafeMutablePointer<Int32>
    let next: UnsafeMutablePointer<Int32>
    /// What the symbol and its right neighbour become.
    let outcomes: UnsafeMutablePointer<UInt64>
    /// Rank (upper half) and place (lower half): a merge leaves one entry more at most, so twice the count is enough.
    let heap: UnsafeMutablePointer<UInt64>
    var heapCount = 0

    init(count: Int) {
        self.count = count
        symbols = .allocate(capacity: count)
        previous = .allocate(capacity: count)
        next = .allocate(capacity: count)
        outcomes = .allocate(capacity: count)
        heap = .allocate(capacity: 2 * count)
        for index in 0..<count {
            previous[index] = Int32(index - 1)
            next[index] = Int32(index + 1)
            outcomes[index] = MergeTable.none
        }
    }

    func deallocate() {
        symbols.deallocate()
        previous.deallocate()
        next.deallocate()
        outcomes.deallocate()
        heap.deallocate()
    }

    /// Looks up the pair at `place` and appends it to the heap's array if it can merge.
    mutating func refresh(_ place: Int, _ merges: MergeTable.View) {
        outcomes[place] = merges.outcome(symbols[place], symbols[Int(next[place])])
        guard outcomes[place] != MergeTable.none else { return }
        heap[heapCount] = outcomes[place] & 0xFFFF_FFFF_0000_0000 | UInt64(place)
        heapCount += 1
    }

    /// The place of the merge of lowest rank, leftmost first.
    mutating func popBest() -> Int? {
        while heapCount > 0 {
            let best = heap[0]
            heapCount -= 1
            if heapCount > 0 {
                heap[0] = heap[heapCount]
                siftDown(0)
            }
            let place = Int(best & 0xFFFF_FFFF)
            if outcomes[place] >> 32 == best >> 32, outcomes[place] != MergeTable.none { return place }
        }
        return nil
    }

    /// Joins the symbol at `place` with its right neighbour.
    mutating func merge(_ place: Int, _ merges: MergeTable.View) {
        let gone = Int(next[place])
        symbols[place] = Int32(truncatingIfNeeded: outcomes[place])
        next[place] = next[gone]
        outcomes[gone] = MergeTable.none
        outcomes[place] = MergeTable.none
        if Int(next[place]) < count {
            previous[Int(next[place])] = Int32(place)
            push(place, merges)
        }
        if previous[place] >= 0 { push(Int(previous[place]), merges) }
    }

    private mutating func push(_ place: Int, _ merges: MergeTable.View) {
        let before = heapCount
        refresh(place, merges)
        if heapCount > before { siftUp(before) }
    }

    mutating func makeHeap() {
        for index in stride(from: heapCount / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private func siftUp(_ start: Int) {
        var index = start
        let entry = heap[index]
        while index > 0, heap[(index - 1) / 2] > entry {
            heap[index] = heap[(index - 1) / 2]
            index = (index - 1) / 2
        }
        heap[index] = entry
    }

    private func siftDown(_ start: Int) {
        var index = start
        let entry = heap[index]
        while case var child = 2 * index + 1, child < heapCount {
            if child + 1 < heapCount, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < entry else { break }
            heap[index] = heap[child]
            index = child
        }
        heap[index] = entry
    }
}
