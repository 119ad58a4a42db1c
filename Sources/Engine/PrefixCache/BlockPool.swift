/// The KV blocks: which are free, how many sequences use each, and which the prefix cache keeps.
///
/// A block is free when no sequence uses it and the cache does not keep it.
package struct BlockPool: Sendable {
    private var userCounts: [Int32]
    private var isCached: [Bool]
    /// Taken from the end, so low numbers are used first.
    private var free: [Int32]
    /// Blocks that only the cache keeps.
    package private(set) var cachedOnlyCount = 0

    package init(count: Int) {
        userCounts = Array(repeating: 0, count: count)
        isCached = Array(repeating: false, count: count)
        free = (0..<Int32(count)).reversed()
    }

    package var count: Int { userCounts.count }
    package var freeCount: Int { free.count }
    /// Blocks that sequences use, each counted once.
    package var usedCount: Int { count - freeCount - cachedOnlyCount }

    /// Hands out a block to one sequence.
    package mutating func take() -> Int32? {
        guard let block = free.popLast() else { return nil }
        userCounts[Int(block)] = 1
        return block
    }

    /// One more sequence uses blocks that are in use or cached.
    package mutating func retain(_ blocks: [Int32]) {
        for block in blocks {
            precondition(userCounts[Int(block)] > 0 || isCached[Int(block)], "a block that is free")
            if userCounts[Int(block)] == 0 { cachedOnlyCount -= 1 }
            userCounts[Int(block)] += 1
        }
    }

    /// One sequence less uses them.
    package mutating func release(_ blocks: some Sequence<Int32>) {
        for block in blocks {
            precondition(userCounts[Int(block)] > 0, "a block that nobody uses")
            userCounts[Int(block)] -= 1
            guard userCounts[Int(block)] == 0 else { continue }
            if isCached[Int(block)] { cachedOnlyCount += 1 } else { free.append(block) }
        }
    }

    /// The cache keeps blocks that a sequence uses.
    package mutating func cache(_ blocks: [Int32]) {
        for block in blocks {
            precondition(userCounts[Int(block)] > 0 && !isCached[Int(block)], "only blocks in use are cached, once")
            isCached[Int(block)] = true
        }
    }

    /// The cache gives blocks up.
    package mutating func uncache(_ blocks: [Int32]) {
        for block in blocks {
            precondition(isCached[Int(block)], "a block that is not cached")
            isCached[Int(block)] = false
            guard userCounts[Int(block)] == 0 else { continue }
            cachedOnlyCount -= 1
            free.append(block)
        }
    }
}
