import Engine

/// What must come of a request, by a second and simpler implementation: whole texts are searched for tags, again for
/// every token.
struct ThoughtOracle {
    /// What the client of one choice gets.
    struct Expectation: Equatable {
        var reasoning = ""
        var content = ""
        var isStopped = false
        var reasoningTokens = 0
        var forcedTokens = 0
        var answerTokens = 0
        var endedBy: ThinkingEnd?
    }

    /// What a client asks for once so many thinking tokens were sampled.
    struct Wish {
        var after: Int
        var control: ThinkingControl
    }

    private let request: GenerationRequest
    private let closing: (head: [UInt8], tail: [UInt8])
    private let closingMax: Int
    private var budget: Int?
    private var budgetEnd: ThinkingEnd
    private var wishes: [Wish]
    private var result = Expectation()
    private var isThinking: Bool
    /// The bytes since the last tag.
    private var run: [UInt8] = []
    private var thoughts: [[UInt8]] = []
    /// Pieces between tags; a new one has lost its leading blanks.
    private var answers: [[UInt8]] = []

    /// Runs a choice to its end.
    static func expect(
        _ request: GenerationRequest,
        closing: String,
        script: ThoughtScript,
        choice: Int,
        wishes: [Wish] = []
    ) -> Expectation {
        var oracle = ThoughtOracle(request, closing: closing, wishes: wishes)
        oracle.run(script, choice: choice)
        return oracle.result
    }

    private init(_ request: GenerationRequest, closing: String, wishes: [Wish]) {
        self.request = request
        self.wishes = wishes
        var parts = (head: Array(closing.utf8), tail: Array("\n\n".utf8))
        if let tag = Self.find("</think>", in: parts.head) {
            parts = (Array(parts.head[..<tag]), Array(parts.head[(tag + 8)...]))
        }
        if Self.isThinking(behind: parts.tail, false) { parts.tail += Array("</think>\n\n".utf8) }
        self.closing = parts
        closingMax = (0..<8).map { Self.closingTokens(parts, begun: $0).count }.max() ?? 0
        budget = request.limits.budget
        budgetEnd = request.limits.budgetEnd
        isThinking = request.startsThinking
        result.endedBy = isThinking ? nil : .disabled
    }

    private static func closingTokens(_ closing: (head: [UInt8], tail: [UInt8]), begun: Int) -> [Int32] {
        let bytes = (begun == 0 ? closing.head : []) + Array("</think>".utf8.dropFirst(begun)) + closing.tail
        return ScriptVocabulary.encode(String(decoding: bytes, as: UTF8.self))
    }

    private var total: Int { result.reasoningTokens + result.forcedTokens + result.answerTokens }

    private mutating func run(_ script: ThoughtScript, choice: Int) {
        let limit = request.limits.completionLimit
        var sampler = Sampler()
        var sampled = 0
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: ScriptVocabulary.pieces.count)
        defer { row.deallocate() }
        if isThinking, budget == 0 || closingMax + request.limits.minAnswerTokens >= limit {
            close(because: budget == 0 ? request.limits.budgetEnd : .reserve)
        }
        obey()
        while total < limit, !hasStopString {
            script.fill(row, at: total, isThinking: isThinking)
            let sampling = request.sampling.forChoice(choice)
            guard var token = sampler.sample(UnsafeBufferPointer(row), sampling, position: sampled) else { break }
            while mayNotOpen, opensThought(token) {
                row[Int(token)] = -.infinity
                guard let other = sampler.sample(UnsafeBufferPointer(row), sampling, position: sampled) else { break }
                token = other
            }
            sampled += 1
            if isThinking { result.reasoningTokens += 1 } else { result.answerTokens += 1 }
            if token == ScriptVocabulary.stop {
                if isThinking, result.endedBy != .disabled { result.endedBy = .natural }
                return finish(isStopped: true)
            }
            add(ScriptVocabulary.pieces[Int(token)])
            closeIfDue(ScriptVocabulary.pieces[Int(token)])
            obey()
        }
        if isThinking, result.endedBy == nil { result.endedBy = .length }
        finish(isStopped: hasStopString)
    }

    /// Whether a thought was closed from outside, so that no other one is opened.
    private var mayNotOpen: Bool {
        !isThinking && [.budget, .reserve, .credits, .control].contains(result.endedBy)
    }

    private func opensThought(_ token: Int32) -> Bool {
        var after = self
        after.add(ScriptVocabulary.pieces[Int(token)])
        return after.isThinking
    }

    /// Carries out what the client asked for at this point.
    private mutating func obey() {
        while let wish = wishes.first, isThinking, wish.after == result.reasoningTokens {
            wishes.removeFirst()
            switch wish.control {
            case .look: break
            case .end: close(because: .control)
            case .extend(let tokens, let bound, let end):
                guard let current = budget else { break }
                let wanted = min(current + tokens, request.limits.budgetCeiling ?? .max)
                let paid = bound.map { $0 - request.limits.graceTokens } ?? .max
                budget = max(current, min(wanted, paid))
                budgetEnd = wanted > paid ? end : .budget
            }
        }
    }

    private mutating func closeIfDue(_ token: [UInt8]) {
        guard isThinking else { return }
        let isDisabled = result.endedBy == .disabled
        let grace = isDisabled ? 0 : request.limits.graceTokens
        if let bound = isDisabled ? 0 : budget, result.reasoningTokens >= bound,
            token.contains(10) || result.reasoningTokens >= bound + grace
        {
            close(because: budgetEnd)
        } else if total + 1 + closingMax + request.limits.minAnswerTokens > request.limits.completionLimit {
            close(because: .reserve)
        }
    }

    private mutating func close(because reason: ThinkingEnd) {
        let tag = Array("</think>".utf8)
        let begun = (0..<tag.count).last { run.suffix($0).elementsEqual(tag.prefix($0)) } ?? 0
        let tokens = Self.closingTokens(closing, begun: begun)
        result.forcedTokens += min(tokens.count, request.limits.completionLimit - total)
        thoughts.append(run.dropLast(begun) + (begun == 0 ? closing.head : []))
        run = []
        isThinking = false
        answers.append([])
        if result.endedBy != .disabled { result.endedBy = reason }
        let reasonBefore = result.endedBy
        add(closing.tail)
        result.endedBy = reasonBefore
    }

    private mutating func add(_ bytes: [UInt8]) {
        run += bytes
        while let (tag, start) = Self.nextTag(in: run, isThinking) {
            let before = Array(run[..<start])
            run = Array(run[(start + tag.utf8.count)...])
            if isThinking {
                thoughts.append(before)
                answers.append([])
                if tag == "<TOOLCALL>" { run = Array(tag.utf8) + run }
                if result.endedBy != .disabled { result.endedBy = tag == "<TOOLCALL>" ? .toolCall : .natural }
                isThinking = false
            } else {
                answers.append(before)
                isThinking = tag == "<think>"
                if isThinking, result.endedBy != .disabled { result.endedBy = nil }
            }
        }
    }

    // MARK: - Texts

    private mutating func finish(isStopped: Bool) {
        result.isStopped = isStopped
        result.reasoning = (thoughts + (isThinking ? [run] : []))
            .map { Self.trimmed(String(decoding: $0, as: UTF8.self), atEnd: true) }
            .filter { !$0.isEmpty }
            .joined(separator: "\n\n")
        result.content = content
        if let stop = request.ending.strings.first, let start = Self.find(stop, in: Array(result.content.utf8)) {
            result.content = String(decoding: result.content.utf8.prefix(start), as: UTF8.self)
        }
    }

    private var hasStopString: Bool {
        guard let stop = request.ending.strings.first else { return false }
        return Self.find(stop, in: Array(content.utf8)) != nil
    }

    /// The pieces of the answer without the blanks at their starts; a blank keeps two parts of a tag apart.
    private var content: String {
        var text = ""
        for piece in answers + (isThinking ? [] : [run]) {
            let visible = Self.trimmed(String(decoding: piece, as: UTF8.self), atEnd: false)
            guard !visible.isEmpty else { continue }
            let tail = Array(text.utf8)
            let isBegun = ["<think>", "</think>"].contains { tag in
                (1..<tag.utf8.count).contains { tail.suffix($0).elementsEqual(tag.utf8.prefix($0)) }
            }
            text += (isBegun ? " " : "") + visible
        }
        return text
    }

    private static func trimmed(_ text: String, atEnd: Bool) -> String {
        var scalars = Substring(text).unicodeScalars.drop { $0.properties.isWhitespace }
        while atEnd, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    // MARK: - Tags

    /// Whether a text ends inside a thought.
    static func isThinking(behind bytes: [UInt8], _ startsThinking: Bool) -> Bool {
        var isThinking = startsThinking
        var rest = bytes[...]
        while let (tag, start) = nextTag(in: Array(rest), isThinking) {
            isThinking = !isThinking && tag == "<think>"
            rest = rest.dropFirst(start + tag.utf8.count)
        }
        return isThinking
    }

    private static func nextTag(in bytes: [UInt8], _ isThinking: Bool) -> (tag: String, start: Int)? {
        let tags = isThinking ? ["</think>", "<TOOLCALL>"] : ["<think>", "</think>"]
        return tags.compactMap { tag in find(tag, in: bytes).map { (tag, $0) } }.min { $0.1 < $1.1 }
    }

    private static func find(_ tag: String, in bytes: [UInt8]) -> Int? {
        let tag = Array(tag.utf8)
        guard bytes.count >= tag.count else { return nil }
        return (0...(bytes.count - tag.count)).first { start in
            bytes[start] == tag[0] && bytes[start..<(start + tag.count)].elementsEqual(tag)
        }
    }
}
