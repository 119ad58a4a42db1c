/// Turns one piece of text into tokens: bytes first, then the merge of lowest rank, leftmost first, until none is left.
///
/// Short pieces are searched anew after each merge, which is quickest for words; long ones go through a heap, so that
/// a megabyte without a break costs O(n log n) and not O(n²). Both give the same tokens.
///
/// The struct borrows its memory and must not outlive the closure that lent it.
struct BytePairMerger {
    /// The longest piece that is merged by plain search.
    static let shortLimit = 64

    let merges: MergeTable.View
    /// The token of each byte, `[256]`.
    let byteIDs: UnsafePointer<Int32>
    /// Scratch, `[shortLimit]`.
    let symbols: UnsafeMutablePointer<Int32>
    /// Scratch, `[shortLimit]`: what each symbol and its right neighbour become.
    let outcomes: UnsafeMutablePointer<UInt64>

    /// Lends a merger its scratch memory for the time of one call.
    @inline(__always)
    static func withScratch(
        merges: MergeTable.View,
        byteIDs: UnsafePointer<Int32>,
        _ body: (BytePairMerger) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: shortLimit) { symbols in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: shortLimit) { outcomes in
                guard let symbols = symbols.baseAddress, let outcomes = outcomes.baseAddress else {
                    preconditionFailure("scratch memory has an address")
                }
                body(BytePairMerger(merges: merges, byteIDs: byteIDs, symbols: symbols, outcomes: outcomes))
            }
        }
    }

    /// Appends the tokens of the piece.
    @inline(__always)
    func append(_ piece: UnsafePointer<UInt8>, count: Int, to ids: inout [Int32]) {
        switch count {
        case 1: ids.append(byteIDs[Int(piece[0])])
        case 2...Self.shortLimit: appendShort(piece, count: count, to: &ids)
        default: appendLong(piece, count: count, to: &ids)
        }
    }

    private func appendShort(_ piece: UnsafePointer<UInt8>, count: Int, to ids: inout [Int32]) {
        var count = count
        for index in 0..<count { symbols[index] = byteIDs[Int(piece[index])] }
        for index in 0..<count - 1 { outcomes[index] = merges.outcome(symbols[index], symbols[index + 1]) }
        while count > 1 {
            var best = MergeTable.none
            var place = 0
            // The rank is the upper half, so the least outcome is the merge of lowest rank; `<` keeps the leftmost.
            for index in 0..<count - 1 where outcomes[index] < best {
                best = outcomes[index]
                place = index
            }
            guard best != MergeTable.none else { break }
            count -= 1
            symbols[place] = Int32(truncatingIfNeeded: best)
            var index = place + 1
            while index < count {
                symbols[index] = symbols[index + 1]
                outcomes[index - 1] = outcomes[index]
                index += 1
            }
            if place > 0 { outcomes[place - 1] = merges.outcome(symbols[place - 1], symbols[place]) }
            if place + 1 < count { outcomes[place] = merges.outcome(symbols[place], symbols[place + 1]) }
        }
        for index in 0..<count { ids.append(symbols[index]) }
    }

    private func appendLong(_ piece: UnsafePointer<UInt8>, count: Int, to ids: inout [Int32]) {
        precondition(count < Int(Int32.max), "a piece of text is longer than 2 GiB")
        var chain = SymbolChain(count: count)
        defer { chain.deallocate() }
        for index in 0..<count { chain.symbols[index] = byteIDs[Int(piece[index])] }
        for index in 0..<count - 1 { chain.refresh(index, merges) }
        chain.makeHeap()
        while let place = chain.popBest() { chain.merge(place, merges) }
        var index = 0
        while index < count {
            ids.append(chain.symbols[index])
            index = Int(chain.next[index])
        }
    }
}
