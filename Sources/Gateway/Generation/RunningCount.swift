import Engine
import OpenAIAPI

/// Sums up what the choices of a stream have used so far.
struct RunningCount {
    private let promptTokens: Int
    private var choices: [TokenCounts]

    /// `nil` if the client does not want to hear of it.
    init?(_ order: GenerationOrder) {
        guard order.options.tellsRunningUsage else { return nil }
        promptTokens = order.promptTokens
        choices = Array(repeating: TokenCounts(), count: order.choiceCount)
    }

    /// Takes note of all that a choice has used.
    mutating func note(_ tokens: TokenCounts, choice: Int) { choices[choice] = tokens }

    var usage: RunningUsage {
        RunningUsage(
            promptTokens: promptTokens,
            completionTokens: choices.reduce(0) { $0 + $1.completion },
            reasoningTokens: choices.reduce(0) { $0 + $1.reasoning }
        )
    }
}
