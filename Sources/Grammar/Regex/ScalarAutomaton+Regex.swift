extension ScalarAutomaton {
    /// Takes what a regular expression matches.
    ///
    /// - Parameters:
    ///   - pattern: The expression.
    ///   - isSearch: Whether a match anywhere in the text is enough, as JSON Schema has it, unless the expression is
    ///     anchored; otherwise it has to match the whole text.
    /// - Returns: The automaton.
    /// - Throws: What is wrong with the expression, or that it is too large.
    package static func regex(_ pattern: String, isSearch: Bool) throws(GrammarError) -> ScalarAutomaton {
        let node = try RegexParser.parse(pattern)
        var automaton = ScalarAutomaton()
        let end = try automaton.addState()
        let alternatives = if case .choice(let nodes) = node { nodes } else { [node] }
        for alternative in alternatives {
            var items = if case .sequence(let nodes) = alternative { nodes } else { [alternative] }
            let isAnchoredAtStart = items.first == .start
            if isAnchoredAtStart { items.removeFirst() }
            let isAnchoredAtEnd = items.last == .end
            if isAnchoredAtEnd { items.removeLast() }
            var last = try automaton.addState()
            automaton.addJump(from: start, to: last)
            if isSearch, !isAnchoredAtStart { automaton.addEdge(from: last, .all, to: last) }
            last = try automaton.add(.sequence(items), from: last)
            if isSearch, !isAnchoredAtEnd {
                let rest = try automaton.addState()
                automaton.addJump(from: last, to: rest)
                automaton.addEdge(from: rest, .all, to: rest)
                last = rest
            }
            automaton.addJump(from: last, to: end)
        }
        automaton.setEnd(end)
        return automaton
    }

    /// Adds a part behind a state; returns the state behind the part.
    private mutating func add(_ node: RegexNode, from: Int) throws(GrammarError) -> Int {
        switch node {
        case .characters(let set):
            let next = try addState()
            if !set.isEmpty { addEdge(from: from, set, to: next) }
            return next
        case .sequence(let nodes):
            var last = from
            for node in nodes { last = try add(node, from: last) }
            return last
        case .choice(let nodes):
            let join = try addState()
            for node in nodes {
                let branch = try addState()
                addJump(from: from, to: branch)
                addJump(from: try add(node, from: branch), to: join)
            }
            return join
        case .repeated(let node, let atLeast, let atMost): return try add(node, atLeast, atMost, from: from)
        case .start, .end:
            throw .syntax(offset: 0, problem: "an anchor inside the expression, which is not supported,")
        }
    }

    private mutating func add(
        _ node: RegexNode,
        _ atLeast: Int,
        _ atMost: Int?,
        from: Int
    ) throws(GrammarError) -> Int {
        var last = from
        for _ in 0..<atLeast { last = try add(node, from: last) }
        let join = try addState()
        if let atMost {
            for _ in atLeast..<atMost {
                addJump(from: last, to: join)
                last = try add(node, from: last)
            }
        } else {
            let loop = try addState()
            addJump(from: last, to: loop)
            addJump(from: try add(node, from: loop), to: loop)
            last = loop
        }
        addJump(from: last, to: join)
        return join
    }
}
