/// A nondeterministic automaton over characters.
package struct ScalarAutomaton: Sendable {
    struct State: Sendable {
        var edges: [(set: ScalarSet, to: Int)] = []
        /// Where it may go without a character.
        var jumps: [Int] = []
    }

    private(set) var states: [State] = [State()]
    private(set) var end = 0
    static let start = 0

    /// The most states of an automaton.
    static let maxStateCount = 40_000

    init() {}

    mutating func addState() throws(GrammarError) -> Int {
        guard states.count < Self.maxStateCount else { throw .tooLarge }
        states.append(State())
        return states.count - 1
    }

    mutating func addEdge(from: Int, _ set: ScalarSet, to: Int) { states[from].edges.append((set, to)) }
    mutating func addJump(from: Int, to: Int) { states[from].jumps.append(to) }
    mutating func setEnd(_ state: Int) { end = state }

    /// Takes any text of so many characters.
    package static func length(atLeast: Int, atMost: Int?) throws(GrammarError) -> ScalarAutomaton {
        var automaton = ScalarAutomaton()
        guard max(atLeast, atMost ?? 0) < maxStateCount else { throw .tooLarge }
        var last = start
        let end = try automaton.addState()
        for count in 0..<(atMost ?? atLeast) {
            if count >= atLeast { automaton.addJump(from: last, to: end) }
            let next = try automaton.addState()
            automaton.addEdge(from: last, .all, to: next)
            last = next
        }
        if atMost == nil { automaton.addEdge(from: last, .all, to: last) }
        automaton.addJump(from: last, to: end)
        automaton.setEnd(end)
        return automaton
    }

    /// Takes what both take.
    package func intersection(_ other: ScalarAutomaton) throws(GrammarError) -> ScalarAutomaton {
        struct Pair: Hashable {
            let one: Int
            let two: Int
        }
        var result = ScalarAutomaton()
        var numbers = [Pair(one: Self.start, two: Self.start): Self.start]
        var open = [Pair(one: Self.start, two: Self.start)]
        func number(_ pair: Pair) throws(GrammarError) -> Int {
            if let known = numbers[pair] { return known }
            let new = try result.addState()
            numbers[pair] = new
            open.append(pair)
            return new
        }
        while let pair = open.popLast() {
            let from = try number(pair)
            for one in states[pair.one].jumps {
                result.addJump(from: from, to: try number(Pair(one: one, two: pair.two)))
            }
            for two in other.states[pair.two].jumps {
                result.addJump(from: from, to: try number(Pair(one: pair.one, two: two)))
            }
            for one in states[pair.one].edges {
                for two in other.states[pair.two].edges {
                    let set = one.set.intersection(two.set)
                    if !set.isEmpty { result.addEdge(from: from, set, to: try number(Pair(one: one.to, two: two.to))) }
                }
            }
        }
        result.setEnd(try number(Pair(one: end, two: other.end)))
        return result
    }
}
