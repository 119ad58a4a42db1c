/// What reading prompts and copying states take on this machine, from steps that were measured.
///
/// Pure: it is told durations and reads no clock.
package struct CostMeter: Sendable {
    /// Fewer tokens say more about the weights than about themselves.
    private static let leastTokens = 32
    /// How fast an old record fades, for machines that have become slower.
    private static let fading = 1.02

    /// Seconds of a token of a prompt in the best steps of late; `nil` before the first.
    package private(set) var secondsPerPromptToken: Double?
    /// Seconds of copying a state, of late.
    private var copySeconds: Double?

    package init() {}

    package mutating func recordPrompt(tokens: Int, seconds: Double) {
        guard tokens >= CostMeter.leastTokens else { return }
        let each = seconds / Double(tokens)
        secondsPerPromptToken = min(each, (secondsPerPromptToken ?? each) * CostMeter.fading)
    }

    package mutating func recordCopy(seconds: Double) {
        copySeconds = copySeconds.map { ($0 + seconds) / 2 } ?? seconds
    }

    /// Tokens of a prompt that take as long as copying a state twice.
    package var savingCost: Int {
        guard let copySeconds, let secondsPerPromptToken, secondsPerPromptToken > 0 else { return 0 }
        return Int(min(2 * copySeconds / secondsPerPromptToken, 1e9))
    }
}
