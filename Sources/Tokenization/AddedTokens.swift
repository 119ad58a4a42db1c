/// Finds added tokens in text.
///
/// As Hugging Face `tokenizers` does it: leftmost first, the longest of those that start at one place, first among the
/// tokens that are not normalized, then among the others in what is left over. One rule is stricter: a special token
/// that the scope forbids is as good as not in the file. It never hides another token that overlaps it, so untrusted
/// text cannot swallow the start of a trusted token that follows.
struct AddedTokens: Sendable {
    /// A part of a text: an added token, or ordinary text where `id` is `nil`.
    struct Segment: Equatable {
        let range: Range<Int>
        let id: Int32?
    }

    private let tries: [AddedTokenTrie]

    init(_ tokens: [AddedToken]) {
        tries = [tokens.filter { !$0.isNormalized }, tokens.filter(\.isNormalized)]
            .filter { !$0.isEmpty }.map(AddedTokenTrie.init)
    }

    /// Splits a text at the added tokens in it.
    ///
    /// - Parameters:
    ///   - text: Valid UTF-8.
    ///   - specials: Where special tokens are recognised.
    /// - Returns: The parts in order; together they are the text.
    func segments(of text: UnsafeBufferPointer<UInt8>, specials: SpecialTokenScope) -> [Segment] {
        guard !text.isEmpty else { return [] }
        var segments = [Segment(range: 0..<text.count, id: nil)]
        for trie in tries where trie.canMatch(specials) {
            var finer: [Segment] = []
            for segment in segments {
                if segment.id != nil {
                    finer.append(segment)
                } else {
                    trie.split(text, segment.range, specials: specials, into: &finer)
                }
            }
            segments = finer
        }
        return segments
    }
}
