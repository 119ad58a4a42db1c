/// A set of token ids, a bit each.
package struct TokenMask: Sendable, Equatable {
    /// How many ids there are, those outside the set included.
    package let tokenCount: Int
    var words: [UInt64]

    /// An empty set.
    package init(tokenCount: Int) {
        self.tokenCount = tokenCount
        words = Array(repeating: 0, count: (tokenCount + 63) / 64)
    }

    /// - Precondition: The tokens are below the count.
    package init(_ tokens: some Sequence<Int32>, tokenCount: Int) {
        self.init(tokenCount: tokenCount)
        for token in tokens { insert(token) }
    }

    package mutating func insert(_ token: Int32) { words[Int(token) >> 6] |= 1 << UInt64(token & 63) }

    package mutating func formUnion(_ other: TokenMask) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    package func contains(_ token: Int32) -> Bool {
        token >= 0 && token < tokenCount && words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Leaves only the logits of these tokens finite; a row may be longer than the vocabulary.
    package func apply(to row: UnsafeMutableBufferPointer<Float>) {
        for (index, word) in words.enumerated() where word != .max {
            let start = index << 6
            let end = min(start + 64, row.count)
            guard word != 0 else {
                for position in start..<max(start, end) { row[position] = -.infinity }
                continue
            }
            for position in start..<max(start, end) where word >> UInt64(position - start) & 1 == 0 {
                row[position] = -.infinity
            }
        }
        for position in min(words.count << 6, row.count)..<row.count { row[position] = -.infinity }
    }
}
