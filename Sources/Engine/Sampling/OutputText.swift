import Tokenization

/// Turns the gate's pieces into the two texts a client sees.
///
/// White space at both ends of a thought and at the start of an answer belongs to neither text. Joined, the deltas are
/// the bodies: what is sent once is never taken back.
package struct OutputText: Sendable {
    /// Text that became certain, in both channels.
    package struct Delta: Equatable, Sendable {
        package var reasoning = ""
        package var content = ""
        /// Whether a stop string was found: nothing after it counts.
        package var isStopped = false

        package var isEmpty: Bool { reasoning.isEmpty && content.isEmpty }

        package init(reasoning: String = "", content: String = "", isStopped: Bool = false) {
            self.reasoning = reasoning
            self.content = content
            self.isStopped = isStopped
        }
    }

    private var thought = IncrementalDetokenizer()
    private var answer = IncrementalDetokenizer()
    private var stops: StopMatcher
    /// White space inside a thought that is sent only if more text follows.
    private var heldBlanks = ""
    private var hasThought = false
    private var isAtStartOfThought = true
    private var isAtStartOfAnswer = true
    /// The last bytes of the answer, fewer than a tag has.
    private var answerTail: [UInt8] = []
    private var isStopped = false

    /// Whether stop strings count yet.
    private var heedsStops = true

    package init(stops: [String], includesStop: Bool = false) {
        self.stops = StopMatcher(stops, includesStop: includesStop)
    }

    /// The stop string that was found.
    package var stopString: String? { stops.found }

    /// Adds pieces in order; stop strings that end in them count if they are to be heeded.
    package mutating func append(_ pieces: [TagScanner.Piece], heedingStops: Bool = true) -> Delta {
        heedsStops = heedingStops
        var delta = Delta()
        for piece in pieces where !isStopped {
            switch piece {
            case .bytes(.thought, let bytes): appendThought(thought.append(bytes), &delta)
            case .bytes(.answer, let bytes): appendAnswer(answer.append(bytes), &delta)
            case .closed, .toolCall: endThought(&delta)
            case .stray: isAtStartOfAnswer = true
            case .opened:
                appendAnswer(answer.finish(), &delta)
                isAtStartOfThought = true
                heldBlanks = ""
            }
        }
        delta.isStopped = isStopped
        return delta
    }

    /// Gives up what is held back: the sequence has ended.
    package mutating func finish() -> Delta {
        var delta = Delta()
        guard !isStopped else { return delta }
        appendThought(thought.finish(), &delta)
        appendAnswer(answer.finish(), &delta)
        if !isStopped { delta.content += stops.flush() }
        return delta
    }

    private mutating func endThought(_ delta: inout Delta) {
        appendThought(thought.finish(), &delta)
        heldBlanks = ""
        isAtStartOfAnswer = true
    }

    private mutating func appendThought(_ text: String, _ delta: inout Delta) {
        guard !text.isEmpty else { return }
        var scalars = Substring(text).unicodeScalars
        if isAtStartOfThought { scalars = scalars.drop { $0.properties.isWhitespace } }
        guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else {
            if !isAtStartOfThought { heldBlanks.unicodeScalars.append(contentsOf: scalars) }
            return
        }
        // A second thought in one answer is set apart from the first.
        if isAtStartOfThought, hasThought { heldBlanks = "\n\n" }
        isAtStartOfThought = false
        hasThought = true
        let end = scalars.index(after: last)
        delta.reasoning += heldBlanks + String(scalars[..<end])
        heldBlanks = String(scalars[end...])
    }

    private mutating func appendAnswer(_ text: String, _ delta: inout Delta) {
        guard !text.isEmpty else { return }
        var scalars = Substring(text).unicodeScalars
        if isAtStartOfAnswer { scalars = scalars.drop { $0.properties.isWhitespace } }
        guard !scalars.isEmpty else { return }
        // Where a tag was cut out of "</th</think>ink>", the rest must not close up to another one.
        let joint = isAtStartOfAnswer && TagScanner.isBeginningOfTag(answerTail) ? " " : ""
        isAtStartOfAnswer = false
        let visible = joint + String(scalars)
        answerTail = (answerTail + visible.utf8).suffix(TagScanner.longestTag - 1)
        guard heedsStops else {
            delta.content += stops.flush() + visible
            return
        }
        let result = stops.feed(visible)
        delta.content += result.text
        isStopped = result.isStopped
    }
}
