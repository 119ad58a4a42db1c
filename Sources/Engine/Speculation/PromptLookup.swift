/// Drafts the next tokens of a sequence from its own past: what followed the last few tokens when they came before.
///
/// Pure. A draft is only a guess that the model checks, so it changes how many tokens a step gives and never which. Each
/// guess that fails makes the next one shorter, and each that holds makes it longer.
package struct PromptLookup: Sendable {
    /// Tokens that have to be equal for what followed them to be a guess.
    private static let keyLength = 3
    /// The longest draft.
    package static let longest = 7

    /// Where each run of `keyLength` tokens ended last.
    private var ends: [UInt64: Int] = [:]
    private var indexedCount = 0
    private var length = 4

    package init() {}

    /// What may come next, at most `limit` tokens; of `tokens`, those of earlier calls must not have changed.
    package mutating func draft(_ tokens: [Int32], limit: Int) -> ArraySlice<Int32> {
        let key = PromptLookup.keyLength
        guard tokens.count > key, limit > 0 else { return [] }
        // All runs but the last one, which would find itself.
        for end in max(indexedCount, key)..<tokens.count { ends[hash(tokens, endingAt: end)] = end }
        indexedCount = tokens.count
        guard let end = ends[hash(tokens, endingAt: tokens.count)],
            tokens[(end - key)..<end] == tokens[(tokens.count - key)...]
        else { return [] }
        return tokens[end..<min(tokens.count, end + min(limit, length))]
    }

    /// Learns how many of the drafted tokens were right.
    package mutating func record(drafted: Int, accepted: Int) {
        guard drafted > 0 else { return }
        length = accepted == drafted ? min(PromptLookup.longest, 2 * length) : max(1, accepted + 1)
    }

    private func hash(_ tokens: [Int32], endingAt end: Int) -> UInt64 {
        tokens[(end - PromptLookup.keyLength)..<end].reduce(0) {
            CounterRandom.mix($0 ^ UInt64(UInt32(bitPattern: $1)))
        }
    }
}
