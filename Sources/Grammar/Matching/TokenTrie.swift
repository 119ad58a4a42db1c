/// The bytes of all tokens of a vocabulary, arranged so that a common beginning is looked at once.
///
/// Tokens of plain characters only, those that stand for themselves in a JSON string, are counted by length: inside a
/// string they need not be looked at one by one.
package final class TokenTrie: Sendable {
    /// Nodes in the order of a walk from the root: first a node, then all below it.
    struct Nodes: Sendable {
        var bytes: [UInt8] = []
        var depths: [UInt16] = []
        /// The next node that is not below.
        var ends: [Int32] = []
        /// A token that ends here, or -1; others with the same bytes follow by `TokenTrie.twins`.
        var tokens: [Int32] = []
    }

    package let tokenCount: Int
    let all: Nodes
    /// Tokens that are not plain.
    let rest: Nodes
    /// Of each token another one with the same bytes, or -1.
    let twins: [Int32]
    /// Plain tokens of at most so many characters.
    let plain: [TokenMask]
    /// Tokens of blanks only.
    package let blanks: TokenMask
    let longest: Int

    /// - Parameter tokens: The bytes of each token; none for those that stand for no text.
    package init(_ tokens: [[UInt8]]) {
        tokenCount = tokens.count
        longest = tokens.reduce(0) { max($0, $1.count) }
        let written = tokens.indices.filter { !tokens[$0].isEmpty }
        let order = written.sorted { tokens[$0].lexicographicallyPrecedes(tokens[$1]) }
        let lengths = tokens.map(Self.plainLength)
        var twins = [Int32](repeating: -1, count: tokens.count)
        all = Self.nodes(order, tokens, &twins)
        var unused = twins
        rest = Self.nodes(order.filter { lengths[$0] == nil }, tokens, &unused)
        self.twins = twins
        var plain = [TokenMask(tokenCount: tokens.count)]
        let byLength = Dictionary(grouping: written.filter { lengths[$0] != nil }) { lengths[$0] ?? 0 }
        for length in stride(from: 1, through: byLength.keys.max() ?? 0, by: 1) {
            var mask = plain[length - 1]
            for token in byLength[length] ?? [] { mask.insert(Int32(token)) }
            plain.append(mask)
        }
        self.plain = plain
        let blankTokens = written.filter { tokens[$0].allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }
        blanks = TokenMask(blankTokens.map(Int32.init), tokenCount: tokens.count)
    }

    /// How many characters a token has, if all of them are whole and plain.
    private static func plainLength(_ bytes: [UInt8]) -> Int? {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else { return nil }
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.count }
        return String(validating: bytes, as: UTF8.self)?.unicodeScalars.count
    }

    private static func nodes(_ order: [Int], _ tokens: [[UInt8]], _ twins: inout [Int32]) -> Nodes {
        var nodes = Nodes()
        /// The nodes on the way to the last token.
        var path: [Int] = []
        var last: [UInt8] = []
        func close(downTo depth: Int) {
            while path.count > depth { nodes.ends[path.removeLast()] = Int32(nodes.bytes.count) }
        }
        for token in order {
            let bytes = tokens[token]
            var common = 0
            while common < min(last.count, bytes.count), last[common] == bytes[common] { common += 1 }
            if common == bytes.count, common == last.count, let node = path.last {
                twins[token] = nodes.tokens[node]
                nodes.tokens[node] = Int32(token)
                continue
            }
            close(downTo: common)
            for depth in common..<bytes.count {
                path.append(nodes.bytes.count)
                nodes.bytes.append(bytes[depth])
                nodes.depths.append(UInt16(depth))
                nodes.ends.append(0)
                nodes.tokens.append(-1)
            }
            nodes.tokens[nodes.tokens.count - 1] = Int32(token)
            last = bytes
        }
        close(downTo: 0)
        return nodes
    }
}
