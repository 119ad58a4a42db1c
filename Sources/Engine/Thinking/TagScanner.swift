/// Splits sampled bytes into thought and answer at the tags, however the tags were tokenized.
///
/// Bytes that may turn out to be part of a tag are held back until that is decided.
package struct TagScanner: Sendable {
    /// Where a run of bytes belongs.
    package enum Channel: Sendable {
        case thought
        case answer
    }

    /// What the scanner found, in order.
    package enum Piece: Equatable, Sendable {
        case bytes(Channel, [UInt8])
        /// `<think>` in an answer: from here on it is a thought.
        case opened
        /// `</think>` in a thought: from here on it is an answer.
        case closed
        /// `</think>` in an answer: no text of it.
        case stray
        /// `<TOOLCALL>` in a thought; the tag itself is the first text of the answer.
        case toolCall
    }

    private static let opening = Array("<think>".utf8)
    private static let closing = ClosingText.tag
    private static let toolCall = Array("<TOOLCALL>".utf8)
    private static let tagsOfThought = [closing, toolCall]
    private static let tagsOfAnswer = [opening, closing]

    /// Where the next byte belongs.
    package private(set) var channel: Channel
    private var pending: [UInt8] = []
    /// How many of the pending bytes, the first ones, stand in the prompt: they are nobody's output.
    private var promptCount = 0

    /// Begins behind a prompt, whose end may be the first part of a tag that the model completes.
    package init(channel: Channel, behind prompt: [UInt8] = []) {
        self.channel = channel
        let lengths = (1...TagScanner.beginningMax).reversed().filter { $0 <= prompt.count }
        promptCount = lengths.first { length in tags.contains { $0.starts(with: prompt.suffix(length)) } } ?? 0
        pending = Array(prompt.suffix(promptCount))
    }

    /// The tags that mean something where the text is.
    private var tags: [[UInt8]] { channel == .thought ? TagScanner.tagsOfThought : TagScanner.tagsOfAnswer }

    /// How many bytes of `</think>` stand at the end of the thought, undecided.
    package var closingTagPrefix: Int {
        channel == .thought && TagScanner.closing.starts(with: pending) ? pending.count : 0
    }

    /// Takes the next bytes and returns what they decide.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var decided: [UInt8] = []
        for byte in bytes {
            pending.append(byte)
            while let tag = undecidedOrMatched(releasingInto: &decided) {
                guard tag.count == pending.count else { break }
                let own = Array(pending.dropFirst(promptCount))
                pending.removeAll(keepingCapacity: true)
                promptCount = 0
                release(&decided, into: &pieces)
                matched(tag, own, into: &pieces, decided: &decided)
            }
        }
        release(&decided, into: &pieces)
        return pieces
    }

    /// How many bytes at a prompt's end may be the first part of a tag.
    package static let beginningMax = toolCall.count - 1

    /// The length of the longest tag in bytes.
    package static let longestTag = max(opening.count, closing.count)

    /// Whether a text ends in what might be the first part of a tag.
    package static func isBeginningOfTag(_ text: [UInt8]) -> Bool {
        (1..<longestTag).contains { count in
            count <= text.count
                && [opening, closing].contains { $0.count > count && $0.starts(with: text.suffix(count)) }
        }
    }

    /// Ends the thought from outside and returns what was held back of it, unless that is the tag's own beginning.
    package mutating func close() -> [Piece] {
        let rest = closingTagPrefix == 0 ? flush() : []
        pending = []
        promptCount = 0
        channel = .answer
        return rest
    }

    /// Gives up what is held back: nothing follows that could complete a tag.
    package mutating func flush() -> [Piece] {
        guard !pending.isEmpty else { return [] }
        let own = Array(pending.dropFirst(promptCount))
        pending = []
        promptCount = 0
        return own.isEmpty ? [] : [.bytes(channel, own)]
    }

    /// Moves bytes that cannot begin a tag to `decided`; returns a tag that the rest begins, or nil if none is left.
    private mutating func undecidedOrMatched(releasingInto decided: inout [UInt8]) -> [UInt8]? {
        while !pending.isEmpty {
            if let tag = tags.first(where: { $0.starts(with: pending) }) { return tag }
            let byte = pending.removeFirst()
            if promptCount > 0 { promptCount -= 1 } else { decided.append(byte) }
        }
        return nil
    }

    /// Takes a tag that is complete; `own` is what was sampled of it.
    private mutating func matched(
        _ tag: [UInt8],
        _ own: [UInt8],
        into pieces: inout [Piece],
        decided: inout [UInt8]
    ) {
        switch (channel, tag) {
        case (.thought, TagScanner.toolCall):
            channel = .answer
            pieces.append(.toolCall)
            decided = own
        case (.thought, _):
            channel = .answer
            pieces.append(.closed)
        case (.answer, TagScanner.opening):
            channel = .thought
            pieces.append(.opened)
        case (.answer, _): pieces.append(.stray)
        }
    }

    private func release(_ decided: inout [UInt8], into pieces: inout [Piece]) {
        guard !decided.isEmpty else { return }
        pieces.append(.bytes(channel, decided))
        decided = []
    }
}
