/// The added tokens of one pass as a tree of bytes.
struct AddedTokenTrie: Sendable {
    private struct Node {
        let byte: UInt8
        var token: Int32 = -1
        var firstChild: Int32 = -1
        var sibling: Int32 = -1
    }

    private let tokens: [AddedToken]
    private let hasOnlySpecials: Bool
    private var nodes: [Node] = []
    /// The node of each first byte, `[256]`, or -1.
    private var roots = [Int32](repeating: -1, count: 256)

    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        hasOnlySpecials = tokens.allSatisfy(\.isSpecial)
        for (index, token) in tokens.enumerated() { insert(Array(token.content.utf8), token: Int32(index)) }
    }

    private mutating func insert(_ content: [UInt8], token: Int32) {
        guard let first = content.first else { return }
        if roots[Int(first)] < 0 {
            roots[Int(first)] = Int32(nodes.count)
            nodes.append(Node(byte: first))
        }
        var node = Int(roots[Int(first)])
        for byte in content.dropFirst() {
            var child = child(of: node, byte)
            if child < 0 {
                child = Int32(nodes.count)
                nodes.append(Node(byte: byte, sibling: nodes[node].firstChild))
                nodes[node].firstChild = child
            }
            node = Int(child)
        }
        nodes[node].token = token
    }

    private func child(of node: Int, _ byte: UInt8) -> Int32 {
        var child = nodes[node].firstChild
        while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
        return child
    }

    /// Whether any of the tokens may be recognised at all.
    func canMatch(_ specials: SpecialTokenScope) -> Bool {
        if case .nowhere = specials { !hasOnlySpecials } else { true }
    }

    /// Appends the parts of one range of the text.
    func split(
        _ text: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        specials: SpecialTokenScope,
        into segments: inout [AddedTokens.Segment]
    ) {
        var scope = ScopeCursor(specials)
        var pending = range.lowerBound
        var position = range.lowerBound
        while let start = nextCandidate(text, position..<range.upperBound) {
            guard let match = longest(text, start..<range.upperBound, specialEnd: scope.end(at: start)) else {
                position = start + 1
                continue
            }
            let token = tokens[match.token]
            let lower = token.stripsLeft ? blankStart(text, pending..<start) : start
            let upper = token.stripsRight ? blankEnd(text, match.end..<range.upperBound) : match.end
            if pending < lower { segments.append(AddedTokens.Segment(range: pending..<lower, id: nil)) }
            segments.append(AddedTokens.Segment(range: lower..<upper, id: token.id))
            pending = upper
            position = upper
        }
        if pending < range.upperBound {
            segments.append(AddedTokens.Segment(range: pending..<range.upperBound, id: nil))
        }
    }

    /// The next place where some token's first byte stands.
    private func nextCandidate(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        roots.withUnsafeBufferPointer { roots in
            range.first { roots[Int(text[$0])] >= 0 }
        }
    }

    /// The longest token at the start of the range; special ones must not reach beyond `specialEnd`.
    private func longest(
        _ text: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        specialEnd: Int
    ) -> (token: Int, end: Int)? {
        var best: (token: Int, end: Int)?
        var node = roots[Int(text[range.lowerBound])]
        var end = range.lowerBound + 1
        while node >= 0 {
            let token = Int(nodes[Int(node)].token)
            if token >= 0, !tokens[token].isSpecial || end <= specialEnd { best = (token, end) }
            guard end < range.upperBound else { break }
            node = child(of: Int(node), text[end])
            end += 1
        }
        return best
    }

    /// Where the white space at the end of the range starts.
    private func blankStart(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        var position = range.upperBound
        while position > range.lowerBound {
            var start = position - 1
            while text[start] & 0xC0 == 0x80 { start -= 1 }
            guard isBlank(text[start..<position]) else { break }
            position = start
        }
        return position
    }

    /// Where the white space at the start of the range ends.
    private func blankEnd(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
        var position = range.lowerBound
        while position < range.upperBound {
            var end = position + 1
            while end < range.upperBound, text[end] & 0xC0 == 0x80 { end += 1 }
            guard isBlank(text[position..<end]) else { break }
            position = end
        }
        return position
    }

    private func isBlank(_ character: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        String(decoding: character, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
            let characterClass = UnicodeClasses.shared.characterClass(of: scalar)
            return characterClass == CharacterClass.space || characterClass == CharacterClass.newline
        }
    }
}
