/// When a completion goes round in circles: a pattern of tokens stands at its end too many times in a row.
package struct RepetitionRule: Sendable, Equatable {
    /// How many tokens a pattern may have.
    package let sizes: ClosedRange<Int>
    /// How many times in a row are too many.
    package let count: Int

    /// - Precondition: A pattern has one token at least, and once is not too often.
    package init(sizes: ClosedRange<Int>, count: Int) {
        precondition(sizes.lowerBound >= 1 && count >= 2, "everything would be a repetition")
        self.sizes = sizes
        self.count = count
    }

    /// Whether tokens end in a pattern that stands there too often.
    ///
    /// - Complexity: O(sizes) where little repeats: the first token that differs ends the search for a size.
    package func isBroken(by tokens: ArraySlice<Int32>) -> Bool {
        sizes.contains { size in
            guard size * count <= tokens.count else { return false }
            let end = tokens.suffix(size * count)
            // All patterns are one if each of these tokens is the one that stands a pattern further on.
            return end.dropLast(size).elementsEqual(end.dropFirst(size))
        }
    }
}
