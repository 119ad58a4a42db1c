/// Says in one line what an answer used.
enum UsageLine {
    /// For example `24 prompt + 57 thinking (of 64, ended by budget) + 3 forced + 9 answer tokens, 83 tokens/s, $0.0012`.
    ///
    /// - Parameters:
    ///   - usage: What the server counted.
    ///   - finishReason: Mentioned unless it is the ordinary one.
    ///   - since: When the first text came.
    ///   - until: When the answer ended.
    /// - Returns: The line, without a line end.
    static func text(_ usage: AnswerUsage, finishReason: String?, since: Duration?, until: Duration) -> String {
        var parts = ["\(usage.promptTokens) prompt"]
        var remarks: [String] = []
        if let report = usage.thinking, !report.isEnabled {
            remarks.append(report.endedBy == "disabled" ? "thinking off" : "thinking off by \(report.endedBy)")
        } else {
            parts.append("\(usage.thinkingTokens) thinking" + bound(usage.thinking))
        }
        if let forced = usage.thinking?.forcedTokens, forced > 0 { parts.append("\(forced) forced") }
        parts.append("\(usage.answerTokens) answer tokens")
        if let finishReason, finishReason != "stop" { remarks.append("cut off by \(finishReason)") }
        if let rate = rate(usage.completionTokens, since, until) { remarks.append("\(rate) tokens/s") }
        if let cost = usage.cost { remarks.append("$" + dollars(cost)) }
        return ([parts.joined(separator: " + ")] + remarks).joined(separator: ", ")
    }

    private static func bound(_ report: AnswerUsage.ThinkingReport?) -> String {
        guard let report else { return "" }
        let end = "ended by \(report.endedBy)"
        return report.budget.map { " (of \($0), \(end))" } ?? " (\(end))"
    }

    /// Tokens behind the first one, in each second since it came.
    private static func rate(_ tokenCount: Int, _ since: Duration?, _ until: Duration) -> Int? {
        guard let since, until > since, tokenCount > 1 else { return nil }
        return Int((Double(tokenCount - 1) / ((until - since) / .seconds(1))).rounded())
    }

    /// A price to the picodollar, without zeros behind it.
    static func dollars(_ cost: Double) -> String {
        guard let picodollars = Int64(exactly: (cost.magnitude * 1e12).rounded()) else { return "\(cost)" }
        let (whole, rest) = picodollars.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        var digits = String(rest)
        digits = String(repeating: "0", count: 12 - digits.count) + digits
        while digits.count > 2, digits.hasSuffix("0") { digits.removeLast() }
        return (cost < 0 ? "-" : "") + "\(whole).\(digits)"
    }
}
