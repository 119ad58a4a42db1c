/// What has been computed of earlier prompts and can be gone on from: states in snapshot slots, keys and values in blocks.
///
/// Pure: it knows numbers of slots and blocks, not what is in them. The number of slots is the byte budget. When one more
/// is needed, the snapshot that is worth least goes: worth are the tokens it saves, more if it has been used, plus an age
/// term (GreedyDual: Cao and Irani 1997) by which snapshots that are not used any more fall behind.
package struct PrefixCache: Sendable {
    /// A place to go on from.
    package struct Hit: Equatable, Sendable {
        /// How many tokens need not be computed.
        package let position: Int
        /// Where their state is.
        package let snapshot: Int
        /// Where their keys and values are.
        package let blocks: [Int32]
        fileprivate let node: PrefixTree.NodeID
    }

    private struct Holding: Sendable {
        let node: PrefixTree.NodeID
        var useCount = 0
        var priority: Double
    }

    private var tree: PrefixTree
    private var holdings: [Int: Holding] = [:]
    private var freeSlots: [Int]
    /// The priority of the last snapshot that had to go: what enters later counts from there.
    private var age = 0.0
    package let slotCount: Int

    /// - Parameters:
    ///   - blockTokens: Tokens of a block.
    ///   - slots: The slots that snapshots may use.
    package init(blockTokens: Int, slots: Range<Int>) {
        tree = PrefixTree(blockTokens: blockTokens)
        freeSlots = slots.reversed()
        slotCount = slots.count
    }

    package var snapshotCount: Int { holdings.count }
    package var freeSlotCount: Int { freeSlots.count }
    package var nodeCount: Int { tree.nodeCount }

    /// What is known of a prompt.
    ///
    /// - Returns: How many of its tokens have been seen, whole blocks, and where it can go on.
    package func match(_ tokens: [Int32], scope: String) -> (commonCount: Int, hit: Hit?) {
        let match = tree.match(tokens, scope: scope)
        guard let node = match.node, let snapshot = tree.snapshot(of: node) else { return (match.commonCount, nil) }
        return (
            match.commonCount,
            Hit(position: match.position, snapshot: snapshot, blocks: match.blocks, node: node)
        )
    }

    /// Notes that a hit was used.
    package mutating func use(_ hit: Hit) {
        holdings[hit.snapshot]?.useCount += 1
        let uses = Double(min(holdings[hit.snapshot]?.useCount ?? 0, 16))
        holdings[hit.snapshot]?.priority = age + Double(tree.gain(of: hit.node)) * (1 + uses)
    }

    /// A slot for something that is worth so many tokens, if there is one or something less is given up for it.
    package mutating func takeSlot(worth: Int, pool: inout BlockPool) -> Int? {
        if let slot = freeSlots.popLast() { return slot }
        guard let least = leastPriority, least.priority < age + Double(worth) else { return nil }
        evict(least.slot, pool: &pool)
        return freeSlots.popLast()
    }

    /// Gives back a slot that was taken.
    package mutating func returnSlot(_ slot: Int) { freeSlots.append(slot) }

    /// Stores the state in a slot as the one behind the first `count` tokens, whole blocks, and keeps their blocks.
    package mutating func store(
        _ tokens: [Int32],
        count: Int,
        blocks: [Int32],
        scope: String,
        slot: Int,
        pool: inout BlockPool
    ) {
        let (node, newBlocks) = tree.insert(tokens, count: count, blocks: blocks, scope: scope, snapshot: slot)
        pool.cache(newBlocks)
        holdings[slot] = Holding(node: node, priority: age + Double(tree.gain(of: node)))
    }

    /// Gives up the snapshot that is worth least, and the blocks that only it needed.
    ///
    /// - Returns: Whether there was one.
    package mutating func evictLeast(pool: inout BlockPool) -> Bool {
        guard let least = leastPriority else { return false }
        evict(least.slot, pool: &pool)
        return true
    }

    private var leastPriority: (slot: Int, priority: Double)? {
        holdings.min { ($0.value.priority, $0.key) < ($1.value.priority, $1.key) }.map { ($0.key, $0.value.priority) }
    }

    private mutating func evict(_ slot: Int, pool: inout BlockPool) {
        guard let holding = holdings.removeValue(forKey: slot) else { return }
        age = max(age, holding.priority)
        pool.uncache(tree.removeSnapshot(of: holding.node))
        freeSlots.append(slot)
    }
}
