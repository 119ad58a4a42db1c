/// A radix tree of token sequences whose edges are whole KV blocks; a node may hold a snapshot of the recurrent state.
///
/// A hybrid model can go on from a place only where it has both: the keys and values of all tokens before it and the
/// recurrent state behind them. So a path is kept exactly as long as a snapshot at or below it needs its blocks. Each
/// scope has a tree of its own.
struct PrefixTree: Sendable {
    typealias NodeID = Int

    /// Up to where a prompt agrees with what is stored.
    struct Match: Equatable, Sendable {
        /// Tokens that agree, whole blocks.
        var commonCount = 0
        /// The deepest node with a snapshot on the way.
        var node: NodeID?
        /// The position of that snapshot, and the blocks before it.
        var position = 0
        var blocks: [Int32] = []
    }

    private struct Node: Sendable {
        var parent: NodeID?
        /// The edge that leads here: tokens and their blocks.
        var tokens: ArraySlice<Int32>
        var blocks: ArraySlice<Int32>
        /// Tokens from the root to here.
        var position: Int
        /// By the first block of their edges.
        var children: [ArraySlice<Int32>: NodeID] = [:]
        /// Where the state is kept.
        var snapshot: Int?
    }

    let blockTokens: Int
    private var nodes: [NodeID: Node] = [:]
    private var roots: [String: NodeID] = [:]
    private var nextNode = 0

    init(blockTokens: Int) { self.blockTokens = blockTokens }

    var nodeCount: Int { nodes.count }

    /// Follows a prompt; the last token is never matched, since its logits have to be computed.
    func match(_ tokens: [Int32], scope: String) -> Match {
        var match = Match()
        guard var node = roots[scope] else { return match }
        let end = tokens.count - 1
        var blocks: [Int32] = []
        while let (child, common) = step(from: node, tokens, at: match.commonCount, end: end) {
            guard let edge = nodes[child] else { break }
            match.commonCount += common
            blocks += edge.blocks.prefix(common / blockTokens)
            guard common == edge.tokens.count else { break }
            node = child
            if edge.snapshot != nil { (match.node, match.position, match.blocks) = (child, edge.position, blocks) }
        }
        return match
    }

    /// The snapshot of a node, and how many tokens it saves beyond the one above it.
    func snapshot(of node: NodeID) -> Int? { nodes[node]?.snapshot }

    func gain(of node: NodeID) -> Int {
        guard let own = nodes[node] else { return 0 }
        var above = own.parent
        while let id = above, let ancestor = nodes[id] {
            if ancestor.snapshot != nil { return own.position - ancestor.position }
            above = ancestor.parent
        }
        return own.position
    }

    /// Makes a node behind the first `count` tokens and gives it a snapshot.
    ///
    /// - Precondition: `count` is whole blocks, and `blocks` has one for each of them.
    /// - Returns: The node, and those of the blocks that were not stored yet.
    mutating func insert(
        _ tokens: [Int32],
        count: Int,
        blocks: [Int32],
        scope: String,
        snapshot: Int
    ) -> (node: NodeID, newBlocks: [Int32]) {
        precondition(count > 0 && count % blockTokens == 0 && blocks.count >= count / blockTokens)
        var node = root(of: scope)
        var position = 0
        while position < count, let (child, common) = step(from: node, tokens, at: position, end: count) {
            position += common
            node = common == nodes[child]?.tokens.count ? child : split(child, behind: common)
        }
        let newBlocks = Array(blocks[(position / blockTokens)..<(count / blockTokens)])
        if position < count { node = addLeaf(tokens[position..<count], newBlocks, below: node) }
        nodes[node]?.snapshot = snapshot
        return (node, newBlocks)
    }

    /// Takes a node's snapshot away.
    ///
    /// - Returns: The blocks that no snapshot needs any more.
    mutating func removeSnapshot(of node: NodeID) -> [Int32] {
        nodes[node]?.snapshot = nil
        var removed: [Int32] = []
        var current = node
        while let leaf = nodes[current], leaf.snapshot == nil, leaf.children.isEmpty {
            removed += leaf.blocks
            nodes[current] = nil
            guard let parent = leaf.parent else {
                roots = roots.filter { $0.value != current }
                return removed
            }
            nodes[parent]?.children[leaf.tokens.prefix(blockTokens)] = nil
            current = parent
        }
        mergeWithOnlyChild(current)
        return removed
    }

    /// The child whose edge begins as the tokens go on, and how many of the edge's tokens agree, whole blocks.
    private func step(from node: NodeID, _ tokens: [Int32], at position: Int, end: Int) -> (NodeID, Int)? {
        guard position + blockTokens <= end,
            let child = nodes[node]?.children[tokens[position..<(position + blockTokens)]],
            let edge = nodes[child]?.tokens
        else { return nil }
        var common = blockTokens
        while common < edge.count, position + common + blockTokens <= end {
            let stored = edge.dropFirst(common).prefix(blockTokens)
            guard stored == tokens[(position + common)..<(position + common + blockTokens)] else { break }
            common += blockTokens
        }
        return (child, common)
    }

    private mutating func root(of scope: String) -> NodeID {
        if let root = roots[scope] { return root }
        let root = add(Node(parent: nil, tokens: [], blocks: [], position: 0))
        roots[scope] = root
        return root
    }

    private mutating func add(_ node: Node) -> NodeID {
        defer { nextNode += 1 }
        nodes[nextNode] = node
        return nextNode
    }

    private mutating func addLeaf(_ tokens: ArraySlice<Int32>, _ blocks: [Int32], below parent: NodeID) -> NodeID {
        let position = (nodes[parent]?.position ?? 0) + tokens.count
        // A copy of its own, or the slice would keep the whole prompt.
        let own = Array(tokens)[...]
        let leaf = add(Node(parent: parent, tokens: own, blocks: blocks[...], position: position))
        nodes[parent]?.children[own.prefix(blockTokens)] = leaf
        return leaf
    }

    /// Puts a node into the middle of an edge.
    private mutating func split(_ child: NodeID, behind count: Int) -> NodeID {
        guard var lower = nodes[child], let parent = lower.parent else { preconditionFailure("a root has no edge") }
        let upper = add(
            Node(
                parent: parent,
                tokens: lower.tokens.prefix(count),
                blocks: lower.blocks.prefix(count / blockTokens),
                position: lower.position - lower.tokens.count + count
            )
        )
        nodes[parent]?.children[lower.tokens.prefix(blockTokens)] = upper
        lower.tokens = lower.tokens.dropFirst(count)
        lower.blocks = lower.blocks.dropFirst(count / blockTokens)
        lower.parent = upper
        nodes[child] = lower
        nodes[upper]?.children = [lower.tokens.prefix(blockTokens): child]
        return upper
    }

    /// A node that neither holds a snapshot nor parts two ways is not needed.
    private mutating func mergeWithOnlyChild(_ id: NodeID) {
        guard let node = nodes[id], node.snapshot == nil, let parent = node.parent, node.children.count == 1,
            let child = node.children.values.first, let lower = nodes[child]
        else { return }
        nodes[child]?.tokens = (Array(node.tokens) + lower.tokens)[...]
        nodes[child]?.blocks = (Array(node.blocks) + lower.blocks)[...]
        nodes[child]?.parent = parent
        nodes[parent]?.children[node.tokens.prefix(blockTokens)] = child
        nodes[id] = nil
    }
}
