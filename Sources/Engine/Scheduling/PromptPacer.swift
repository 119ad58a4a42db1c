/// Chooses how many prompt tokens a step may take beside running answers, from how long steps have taken.
///
/// Pure: it is told durations and reads no clock. A step of answers alone is the measure; what a step with prompt tokens
/// takes longer is the delay that prompts cause. Up to a few tokens beside answers cost nearly nothing, since weights are
/// read anyway, and later ones cost more each; so the number is at most doubled from one step to the next, and a step that
/// took too long lowers it at once.
package struct PromptPacer: Sendable {
    /// Prompt tokens that every step may take: fewer would not make it shorter.
    package static let leastTokens = 8
    /// Steps with prompts after which one without them measures answers alone again.
    package static let stepsBetweenMeasures = 64
    /// How much of the delay is aimed at, so that steps which vary stay below it.
    private static let aim = 0.55
    /// How much the newest measure of answers alone counts.
    private static let newest = 0.5

    /// The delay that prompts may cause a step, seconds; `nil` is no bound.
    package let maxDelay: Double?
    /// Seconds of a step of answers alone, by the number of answers: 1, 2...3, 4...7, and so on.
    private var aloneSeconds: [Int: Double] = [:]
    private var mixedSteps = 0
    private var tokens = PromptPacer.leastTokens

    package init(maxDelay: Duration?) {
        self.maxDelay = maxDelay.map { $0 / .seconds(1) }
    }

    /// How many prompt tokens the next step may take beside so many answers: 0 if that step shall be measured.
    package func limit(answerCount: Int) -> Int {
        guard maxDelay != nil, answerCount > 0 else { return .max }
        guard aloneSeconds[PromptPacer.size(answerCount)] != nil, mixedSteps < PromptPacer.stepsBetweenMeasures else {
            return 0
        }
        return tokens
    }

    /// Learns from a step.
    ///
    /// - Parameters:
    ///   - answerCount: Tokens of running answers that it computed.
    ///   - promptTokens: Tokens of prompts.
    ///   - seconds: How long it took.
    package mutating func record(answerCount: Int, promptTokens: Int, seconds: Double) {
        guard let maxDelay, answerCount > 0 else { return }
        let size = PromptPacer.size(answerCount)
        guard promptTokens > 0 else {
            mixedSteps = 0
            let old = aloneSeconds[size] ?? seconds
            aloneSeconds[size] = old + (seconds - old) * PromptPacer.newest
            return
        }
        mixedSteps += 1
        guard let alone = aloneSeconds[size] else { return }
        let delay = max(seconds - alone, 0)
        // No more than twice as many, which also bounds what follows from no delay at all.
        let wanted = Double(promptTokens) * min(2, maxDelay * PromptPacer.aim / max(delay, .leastNormalMagnitude))
        // A short piece of a prompt says little about many tokens, except that they will not cost less each.
        guard promptTokens * 2 >= tokens || wanted < Double(tokens) && delay > maxDelay * PromptPacer.aim else {
            return
        }
        tokens = max(PromptPacer.leastTokens, Int(wanted))
    }

    private static func size(_ count: Int) -> Int { Int.bitWidth - count.leadingZeroBitCount }
}
