/// Puts rules and expressions together and compiles them.
///
/// Declare rules first and define them in any order: a rule's expression may name rules that are not defined yet.
package struct GrammarBuilder {
    /// The most states of a grammar: 20 MB of memory at worst.
    package static let maxStateCount = 150_000
    /// The deepest expression that is compiled.
    private static let maxDepth = 500

    private var states: [Grammar.State] = []
    private var starts: [Int32] = []
    private var names: [String] = []
    private var isDefined: [Bool] = []

    package init() {}

    /// Makes room for a rule, which has to be defined before the grammar is finished.
    package mutating func addRule(_ name: String = "") throws(GrammarError) -> Int {
        starts.append(try addState())
        names.append(name)
        isDefined.append(false)
        return starts.count - 1
    }

    /// Says what a rule stands for.
    package mutating func define(_ rule: Int, _ expression: GrammarExpression) throws(GrammarError) {
        isDefined[rule] = true
        let end = try add(expression, from: starts[rule])
        states[Int(end)].isEnd = true
    }

    /// Compiles what is reachable from an expression.
    ///
    /// - Parameters:
    ///   - root: The whole text.
    ///   - path: The place that errors about the whole name.
    /// - Returns: The grammar.
    /// - Throws: That it cannot be followed, or that it takes no text.
    package mutating func finish(_ root: GrammarExpression, path: String = "") throws(GrammarError) -> Grammar {
        let rule = try addRule("root of all")
        try define(rule, root)
        if let missing = isDefined.firstIndex(of: false) { throw .undefinedRule(names[missing]) }
        try refuseLeftRecursion()
        guard dropDeadEnds()[Int(starts[rule])] else { throw .matchesNothing(path: path) }
        return Grammar(states: states, starts: starts, root: starts[rule])
    }

    // MARK: - States

    private mutating func addState() throws(GrammarError) -> Int32 {
        guard states.count < Self.maxStateCount else { throw .tooLarge }
        states.append(Grammar.State())
        return Int32(states.count - 1)
    }

    private mutating func addEdge(_ from: Int32, _ bytes: ClosedRange<UInt8>, _ to: Int32, isPlain: Bool = false) {
        states[Int(from)].edges.append(Grammar.Edge(bytes: bytes, to: to, isPlain: isPlain))
    }

    private mutating func addJump(_ from: Int32, _ to: Int32) { states[Int(from)].jumps.append(to) }

    /// Adds an expression behind a state; returns the state behind it.
    private mutating func add(
        _ expression: GrammarExpression,
        from: Int32,
        depth: Int = 0
    ) throws(GrammarError) -> Int32 {
        guard depth < Self.maxDepth else { throw .tooLarge }
        switch expression {
        case .literal(let bytes): return try addBytes(bytes, from: from)
        case .words(let words): return try addWords(words, from: from)
        case .characters(let set):
            let next = try addState()
            try addCharacters(set, from: from, to: next)
            return next
        case .sequence(let items):
            var last = from
            for item in items { last = try add(item, from: last, depth: depth + 1) }
            return last
        case .choice(let items):
            let join = try addState()
            for item in items {
                let branch = try addState()
                addJump(from, branch)
                addJump(try add(item, from: branch, depth: depth + 1), join)
            }
            return join
        case .repeated(let item, let atLeast, let atMost):
            return try addRepeated(item, atLeast, atMost, from: from, depth: depth)
        case .rule(let rule):
            let next = try addState()
            states[Int(from)].calls.append(Grammar.Call(rule: Int32(rule), then: next))
            return next
        case .jsonCharacters(let atLeast, let atMost): return try addJSONCharacters(atLeast, atMost, from: from)
        case .automaton(let automaton, let escaped): return try addAutomaton(automaton, escaped, from: from)
        }
    }

    private mutating func addBytes(_ bytes: some Sequence<UInt8>, from: Int32) throws(GrammarError) -> Int32 {
        var last = from
        for byte in bytes {
            let next = try addState()
            addEdge(last, byte...byte, next)
            last = next
        }
        return last
    }

    /// Words share their beginnings.
    private mutating func addWords(_ words: [[UInt8]], from: Int32) throws(GrammarError) -> Int32 {
        struct Step: Hashable {
            let from: Int32
            let byte: UInt8
        }
        let join = try addState()
        let first = try addState()
        addJump(from, first)
        var steps: [Step: Int32] = [:]
        for word in words {
            var last = first
            for byte in word {
                if let known = steps[Step(from: last, byte: byte)] {
                    last = known
                } else {
                    let next = try addState()
                    addEdge(last, byte...byte, next)
                    steps[Step(from: last, byte: byte)] = next
                    last = next
                }
            }
            if !states[Int(last)].jumps.contains(join) { addJump(last, join) }
        }
        return join
    }

    private mutating func addRepeated(
        _ item: GrammarExpression,
        _ atLeast: Int,
        _ atMost: Int?,
        from: Int32,
        depth: Int
    ) throws(GrammarError) -> Int32 {
        var last = from
        for _ in 0..<atLeast { last = try add(item, from: last, depth: depth + 1) }
        let join = try addState()
        if let atMost {
            for _ in 0..<max(0, atMost - atLeast) {
                addJump(last, join)
                let next = try addState()
                addJump(last, next)
                last = try add(item, from: next, depth: depth + 1)
            }
        } else {
            let loop = try addState()
            addJump(last, loop)
            addJump(try add(item, from: loop, depth: depth + 1), loop)
            last = loop
        }
        addJump(last, join)
        return join
    }

    // MARK: - Characters

    private mutating func addCharacters(
        _ set: ScalarSet,
        from: Int32,
        to: Int32,
        isPlain: Bool = false
    ) throws(GrammarError) {
        // Runs that end alike share their tails.
        var tails: [[ClosedRange<UInt8>]: Int32] = [:]
        for run in UTF8Ranges.runs(of: set) {
            var next = to
            for count in stride(from: 1, to: run.count, by: 1) {
                let tail = Array(run.suffix(count))
                if let known = tails[tail] {
                    next = known
                } else {
                    let state = try addState()
                    addEdge(state, tail[0], next)
                    tails[tail] = state
                    next = state
                }
            }
            addEdge(from, run[0], next, isPlain: isPlain)
        }
    }

    /// Characters of a JSON string: plain ones, and the short escapes; numbered escapes only where nothing is counted.
    ///
    /// A quotation mark has to follow: the states are marked as a run.
    private mutating func addJSONCharacters(
        _ atLeast: Int,
        _ atMost: Int?,
        from: Int32
    ) throws(GrammarError) -> Int32 {
        let isCounted = atLeast > 0 || atMost != nil
        var last = try addState()
        addJump(from, last)
        let end = try addState()
        for count in 0..<max(atMost ?? atLeast, 0) {
            if count >= atLeast { addJump(last, end) }
            let next = try addState()
            try addJSONCharacter(from: last, to: next, hasNumberedEscapes: !isCounted)
            last = next
        }
        if atMost == nil { try addJSONCharacter(from: last, to: last, hasNumberedEscapes: !isCounted) }
        addJump(last, end)
        return end
    }

    private mutating func addJSONCharacter(
        from: Int32,
        to: Int32,
        hasNumberedEscapes: Bool
    ) throws(GrammarError) {
        states[Int(from)].plainTo = to
        try addCharacters(.jsonPlain, from: from, to: to, isPlain: true)
        let escape = try addState()
        addEdge(from, 0x5C...0x5C, escape)
        for byte in "\"\\/bfnrt".utf8 { addEdge(escape, byte...byte, to) }
        guard hasNumberedEscapes else { return }
        let hex = ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
        let rest = GrammarExpression.repeated(.characters(hex), atLeast: 2, atMost: 2)
        // Not those of surrogates, which stand for no character alone.
        let notD = ScalarSet([0x30...0x39, 0x41...0x43, 0x45...0x46, 0x61...0x63, 0x65...0x66])
        let number = GrammarExpression.choice([
            .sequence([.text("u"), .characters(notD), .characters(hex), rest]),
            .sequence([.text("u"), .characters(ScalarSet("dD")), .characters(ScalarSet("01234567")), rest]),
        ])
        addJump(try add(number, from: escape), to)
    }

    private mutating func addAutomaton(
        _ automaton: ScalarAutomaton,
        _ escaped: Bool,
        from: Int32
    ) throws(GrammarError) -> Int32 {
        var numbers: [Int32] = []
        for _ in automaton.states { numbers.append(try addState()) }
        addJump(from, numbers[ScalarAutomaton.start])
        for (index, state) in automaton.states.enumerated() {
            for jump in state.jumps { addJump(numbers[index], numbers[jump]) }
            for edge in state.edges { try addEdge(edge.set, escaped, from: numbers[index], to: numbers[edge.to]) }
        }
        return numbers[automaton.end]
    }

    private mutating func addEdge(
        _ set: ScalarSet,
        _ escaped: Bool,
        from: Int32,
        to: Int32
    ) throws(GrammarError) {
        let isRun = from == to && set.isSuperset(of: .jsonPlain)
        if isRun {
            states[Int(from)].plainTo = to
            try addCharacters(.jsonPlain, from: from, to: to, isPlain: true)
        }
        if !escaped || !isRun {
            let rest =
                escaped ? set.intersection(.jsonPlain) : isRun ? set.intersection(ScalarSet.jsonPlain.inverted) : set
            try addCharacters(rest, from: from, to: to)
        }
        guard escaped else { return }
        let special = set.intersection(ScalarSet.jsonPlain.inverted)
        guard !special.isEmpty else { return }
        let words = special.ranges.flatMap { $0.map(JSONEscape.bytes(of:)) }
        addJump(try addWords(words, from: from), to)
    }

    // MARK: - Checks

    /// Rules that may be left without a byte.
    private func emptyRules() -> [Bool] {
        var isEmpty = [Bool](repeating: false, count: starts.count)
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for rule in starts.indices where !isEmpty[rule] {
                guard silentlyReachable(from: starts[rule], isEmpty).contains(where: { states[Int($0)].isEnd }) else {
                    continue
                }
                isEmpty[rule] = true
                hasChanged = true
            }
        }
        return isEmpty
    }

    /// States that are reached without a byte, over rules that may be empty too.
    private func silentlyReachable(from start: Int32, _ isEmpty: [Bool]) -> Set<Int32> {
        var seen: Set<Int32> = [start]
        var open = [start]
        while let state = open.popLast() {
            let thens = states[Int(state)].calls.filter { isEmpty[Int($0.rule)] }.map(\.then)
            for next in states[Int(state)].jumps + thens where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }

    private func refuseLeftRecursion() throws(GrammarError) {
        let isEmpty = emptyRules()
        let firsts = starts.map { start in
            Set(silentlyReachable(from: start, isEmpty).flatMap { states[Int($0)].calls.map { Int($0.rule) } })
        }
        // 0 is new, 1 open, 2 done.
        var marks = [UInt8](repeating: 0, count: starts.count)
        for rule in starts.indices where marks[rule] == 0 {
            var path: [(rule: Int, rest: [Int])] = [(rule, Array(firsts[rule]))]
            marks[rule] = 1
            while let last = path.indices.last {
                guard let next = path[last].rest.popLast() else {
                    marks[path[last].rule] = 2
                    path.removeLast()
                    continue
                }
                if marks[next] == 1 { throw .leftRecursion(rule: names[next]) }
                guard marks[next] == 0 else { continue }
                marks[next] = 1
                path.append((next, Array(firsts[next])))
            }
        }
    }

    /// Takes away what leads nowhere; returns which states are left.
    private mutating func dropDeadEnds() -> [Bool] {
        var isAlive = [Bool](repeating: false, count: states.count)
        var leadingTo = [[Int32]](repeating: [], count: states.count)
        for (index, state) in states.enumerated() {
            for edge in state.edges { leadingTo[Int(edge.to)].append(Int32(index)) }
            for jump in state.jumps { leadingTo[Int(jump)].append(Int32(index)) }
            for call in state.calls {
                leadingTo[Int(call.then)].append(Int32(index))
                leadingTo[Int(starts[Int(call.rule)])].append(Int32(index))
            }
        }
        var open = states.indices.filter { states[$0].isEnd }.map(Int32.init)
        for state in open { isAlive[Int(state)] = true }
        while let state = open.popLast() {
            for other in leadingTo[Int(state)] where !isAlive[Int(other)] {
                let candidate = states[Int(other)]
                let lives =
                    candidate.edges.contains { isAlive[Int($0.to)] } || candidate.jumps.contains { isAlive[Int($0)] }
                    || candidate.calls.contains { isAlive[Int($0.then)] && isAlive[Int(starts[Int($0.rule)])] }
                guard lives else { continue }
                isAlive[Int(other)] = true
                open.append(other)
            }
        }
        for index in states.indices {
            states[index].edges.removeAll { !isAlive[Int($0.to)] }
            states[index].jumps.removeAll { !isAlive[Int($0)] }
            states[index].calls.removeAll { !isAlive[Int($0.then)] || !isAlive[Int(starts[Int($0.rule)])] }
        }
        return isAlive
    }
}
