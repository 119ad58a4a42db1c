/// Writes one answer to the screen: the thought dimmed, the answer, and a dim line with what was used.
///
/// A state machine: events in, text out.
struct AnswerScreen {
    private enum Phase {
        /// Nothing has been shown.
        case waiting
        /// The thought is being shown, dimmed or behind an opening tag.
        case thinking
        /// The answer is being shown.
        case answering
    }

    private let style: ScreenStyle
    private var phase = Phase.waiting
    private var isAtLineStart = true
    private var firstText: Duration?
    private var usage: AnswerUsage?
    private var finishReason: String?

    init(style: ScreenStyle) { self.style = style }

    /// Takes the next event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - time: How long after the request it came.
    /// - Returns: What to write.
    mutating func show(_ event: AnswerEvent, at time: Duration) -> String {
        switch event {
        case .thought(let text):
            firstText = firstText ?? time
            return enter(.thinking) + shown(text)
        case .answer(let text):
            firstText = firstText ?? time
            return enter(.answering) + shown(text)
        case .finished(let reason):
            finishReason = reason
            return ""
        case .usage(let usage):
            self.usage = usage
            return ""
        case .ended:
            return close() + footer(at: time)
        case .failed:
            return close()
        }
    }

    /// Ends an answer that the user has stopped.
    mutating func stop() -> String { close() + dimmed("[stopped]") + "\n" }

    private mutating func enter(_ next: Phase) -> String {
        switch (phase, next) {
        case (.waiting, .thinking), (.answering, .thinking):
            let start = startLine()
            phase = .thinking
            return start + (style.isColoured ? "\u{1B}[2m" : "<think>\n")
        case (.thinking, .answering):
            let end = leaveThought()
            phase = .answering
            return end + (style.isColoured ? "\n" : "")
        default:
            phase = next
            return ""
        }
    }

    private mutating func close() -> String {
        let end = phase == .thinking ? leaveThought() : startLine()
        phase = .waiting
        return end
    }

    private mutating func leaveThought() -> String {
        style.isColoured ? "\u{1B}[0m" + startLine() : startLine() + "</think>\n"
    }

    private mutating func startLine() -> String {
        defer { isAtLineStart = true }
        return isAtLineStart ? "" : "\n"
    }

    /// The text as it is shown: on a terminal, control characters become pictures, so that a model cannot steer it.
    private mutating func shown(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard style.isTerminal else {
                result.append(scalar)
                continue
            }
            switch scalar.value {
            case 0x0D: continue
            case 0x09, 0x0A: result.append(scalar)
            case 0..<0x20: result.append(UnicodeScalar(UInt16(0x2400 + scalar.value)) ?? "\u{FFFD}")
            case 0x7F..<0xA0: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        if let last = result.last { isAtLineStart = last == "\n" }
        return String(result)
    }

    private func footer(at time: Duration) -> String {
        guard let usage else { return "" }
        return dimmed("[" + UsageLine.text(usage, finishReason: finishReason, since: firstText, until: time) + "]")
            + "\n"
    }

    private func dimmed(_ text: String) -> String { style.isColoured ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}
