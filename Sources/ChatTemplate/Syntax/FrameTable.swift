/// Knows which variables a block hides from the first line on.
///
/// Jinja decides for a whole block where a name comes from. A name that the block mentions first by setting it, and
/// that no block around it mentions, belongs to the block: before the `set` it is undefined even for the blocks inside,
/// although the request may give a variable of that name. Setting a name in a branch of an `if` does not count.
struct FrameTable: Sendable {
    private struct Frame {
        let parent: FrameID?
        var mentioned: Set<NameID> = []
        var ownFirst: [NameID] = []
        /// How many branches of the block the parser is inside of.
        var branchDepth = 0
    }

    private var frames: [Frame] = [Frame(parent: nil)]
    private var current = FrameID(index: 0)

    static let root = FrameID(index: 0)

    /// Enters a block inside the present one.
    mutating func enter() -> FrameID {
        frames.append(Frame(parent: current))
        current = FrameID(index: frames.count - 1)
        return current
    }

    mutating func leave() { current = frames[current.index].parent ?? FrameTable.root }

    mutating func enterBranch() { frames[current.index].branchDepth += 1 }
    mutating func leaveBranch() { frames[current.index].branchDepth -= 1 }

    /// The present block reads the name, or has it as a parameter.
    mutating func mention(_ id: NameID) { frames[current.index].mentioned.insert(id) }

    /// The present block sets the name.
    mutating func assign(_ id: NameID) {
        let isFirst = frames[current.index].mentioned.insert(id).inserted
        if isFirst, frames[current.index].branchDepth == 0 { frames[current.index].ownFirst.append(id) }
    }

    /// For each block the names it hides.
    func hidden() -> [[NameID]] {
        frames.map { frame in frame.ownFirst.filter { !isMentioned($0, around: frame) } }
    }

    private func isMentioned(_ id: NameID, around frame: Frame) -> Bool {
        var outer = frame.parent
        while let next = outer {
            if frames[next.index].mentioned.contains(id) { return true }
            outer = frames[next.index].parent
        }
        return false
    }
}
