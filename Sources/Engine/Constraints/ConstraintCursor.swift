import Grammar

/// Where one answer stands under its constraint.
///
/// It is told bytes in order, once they belong to the answer, so nothing has to be taken back after a wrong guess.
struct ConstraintCursor {
    /// White space in front of a bound answer, which belongs to no text: as much as models write behind a thought.
    private static let maxBlanks = 4

    private var matcher: GrammarMatcher
    private var place: GrammarMatcher.Place
    private let blanks: TokenMask
    /// Empty if the whole answer is bound.
    private let trigger: [UInt8]
    /// The last bytes of a free text.
    private var tail: [UInt8] = []
    /// Whether the grammar says what comes next.
    private(set) var isBound: Bool
    private var hasBegun = false
    private var blankCount = 0

    init(_ constraint: TokenConstraint, _ matcher: GrammarMatcher) {
        self.matcher = matcher
        place = matcher.start
        blanks = constraint.trie.blanks
        trigger = Array((constraint.trigger ?? "").utf8)
        isBound = trigger.isEmpty
        hasBegun = !trigger.isEmpty
    }

    /// Whether the answer is complete and nothing can follow.
    var isFinished: Bool { trigger.isEmpty && matcher.isComplete(place) && !matcher.canGoOn(place) }

    /// The tokens that may come next, for a bound answer.
    func mask(stopTokens: some Sequence<Int32>) -> TokenMask {
        var mask = matcher.mask(place)
        if !hasBegun, blankCount < Self.maxBlanks { mask.formUnion(blanks) }
        if matcher.isComplete(place) {
            for token in stopTokens where token < mask.tokenCount { mask.insert(token) }
        }
        return mask
    }

    /// Goes on over bytes of the answer; false if they break the constraint, and then it stays where they did.
    mutating func take(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes {
            guard isBound else {
                watch(for: byte)
                continue
            }
            let next = matcher.advance(place, CollectionOfOne(byte))
            if next == GrammarMatcher.nowhere {
                guard !hasBegun, [0x20, 0x09, 0x0A, 0x0D].contains(byte) else { return false }
                blankCount += 1
                continue
            }
            hasBegun = true
            place = next
            if !trigger.isEmpty, matcher.isComplete(place), !matcher.canGoOn(place) {
                isBound = false
                tail = []
            }
        }
        if matcher.isFull { (matcher, place) = matcher.renewed(place) }
        return true
    }

    private mutating func watch(for byte: UInt8) {
        tail.append(byte)
        if tail.count > trigger.count { tail.removeFirst() }
        guard tail == trigger else { return }
        isBound = true
        place = matcher.start
    }
}
