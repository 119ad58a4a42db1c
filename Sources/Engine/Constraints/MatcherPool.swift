import Grammar

/// Matchers by grammar: what one sequence has computed of its grammar, the next one finds.
struct MatcherPool {
    private static let capacity = 16

    /// The one used last comes last.
    private var entries: [(grammar: Grammar, matcher: GrammarMatcher)] = []

    mutating func matcher(for constraint: TokenConstraint) -> GrammarMatcher {
        let known = entries.firstIndex { $0.grammar === constraint.grammar }
        var entry = known.map { entries.remove(at: $0) }
        if entry?.matcher.isFull ?? true {
            entry = (constraint.grammar, GrammarMatcher(constraint.grammar, constraint.trie))
        }
        guard let entry else { preconditionFailure("an entry was made") }
        if entries.count == Self.capacity { entries.removeFirst() }
        entries.append(entry)
        return entry.matcher
    }
}
