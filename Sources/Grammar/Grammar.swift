/// A set of texts as a pushdown automaton over bytes: what a constraint is compiled to.
///
/// Immutable, and shared by all sequences that it constrains.
package final class Grammar: Sendable {
    struct Edge: Sendable {
        let bytes: ClosedRange<UInt8>
        let to: Int32
        /// Whether it is part of the way that every plain character takes from here.
        var isPlain = false
    }

    /// A rule that is entered here; behind it goes on at `then`.
    struct Call: Sendable {
        let rule: Int32
        let then: Int32
    }

    struct State: Sendable {
        var edges: [Edge] = []
        /// Where it may go without a byte.
        var jumps: [Int32] = []
        var calls: [Call] = []
        /// Whether the rule may end here.
        var isEnd = false
        /// Where all plain characters lead, those that stand for themselves in a JSON string.
        ///
        /// Set if that is the state itself, or if behind the last of a run of such states no plain character can follow.
        var plainTo: Int32 = -1
    }

    let states: [State]
    /// The first state of each rule.
    let starts: [Int32]
    /// The first state of the whole.
    let root: Int32
    /// How many plain characters may follow each other from a state on; `Int32.max` is any number.
    let plainRuns: [Int32]
    /// Whether plain characters lead elsewhere from a state, too, so that its run does not tell all.
    let hasOtherPlainEdges: [Bool]

    init(states: [State], starts: [Int32], root: Int32) {
        self.states = states
        self.starts = starts
        self.root = root
        var runs = [Int32](repeating: 0, count: states.count)
        // The states of a run are numbered in its order.
        for index in states.indices.reversed() where states[index].plainTo >= 0 {
            let next = Int(states[index].plainTo)
            runs[index] = next == index || runs[next] == .max ? .max : runs[next] + 1
        }
        plainRuns = runs
        hasOtherPlainEdges = states.map { state in
            state.edges.contains { edge in
                !edge.isPlain && edge.bytes.contains { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
            }
        }
    }

    package var stateCount: Int { states.count }
}
