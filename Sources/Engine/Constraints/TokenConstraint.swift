package import Grammar

/// What an answer must be: texts of a grammar, from its start or from a trigger on.
package struct TokenConstraint: Sendable {
    package let grammar: Grammar
    /// The vocabulary that the answer is written in.
    package let trie: TokenTrie
    /// The text behind which the grammar begins; until then, and behind the grammar's end, the answer is free. `nil` binds
    /// the whole answer.
    package let trigger: String?

    /// - Precondition: A trigger is not empty.
    package init(_ grammar: Grammar, trie: TokenTrie, trigger: String? = nil) {
        precondition(trigger != "")
        self.grammar = grammar
        self.trie = trie
        self.trigger = trigger
    }
}
