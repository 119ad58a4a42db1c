import Synchronization

/// The tally of all requests that have ended, complete whenever the end of one is told.
package final class EndedTally: Sendable {
    private let sum = Mutex(EngineTally())

    /// All requests so far.
    package var value: EngineTally { sum.withLock { $0 } }

    func add(_ request: EngineTally) { sum.withLock { $0.add(request) } }
}

/// What the engine has counted by itself: one count at each draw, beside the counts of the gates that clients are told.
///
/// The two have nothing in common but the draw, so that comparing their sums proves something.
package struct EngineTally: Sendable, Equatable {
    /// Requests that have ended, however they did; of several prompts that are one request the first counts.
    package var requests = 0
    /// Tokens of prompts, each prompt once.
    package var promptTokens = 0
    /// Of them those that were not computed for the first choice.
    package var cachedTokens = 0
    package var completion = TokenCounts()

    package init(requests: Int = 0, promptTokens: Int = 0) {
        self.requests = requests
        self.promptTokens = promptTokens
    }

    /// Counts one draw.
    mutating func countDraw(isThinking: Bool) {
        if isThinking { completion.reasoning += 1 } else { completion.answer += 1 }
    }

    /// Counts tokens that were fed.
    mutating func countForced(_ count: Int) { completion.forced += count }

    /// Adds a request that has ended.
    mutating func add(_ request: EngineTally) {
        requests += request.requests
        promptTokens += request.promptTokens
        cachedTokens += request.cachedTokens
        completion.reasoning += request.completion.reasoning
        completion.answer += request.completion.answer
        completion.forced += request.completion.forced
    }
}
