import Engine
import HTTPTypes
import OpenAIAPI

/// Who pays for a request, asked at the points of its life that matter to money.
///
/// One meter serves one request. `GenerationRun` calls `admit` once and first; if that succeeds, `note` any number of
/// times and `settle` exactly once.
protocol RequestMeter: Sendable {
    /// Asked before the engine hears of the request. An error ends it: nothing was computed.
    ///
    /// - Returns: Fields for the response's head.
    func admit(_ order: GenerationOrder) async throws(APIError) -> HTTPFields

    /// Told all that a choice has used so far, at least every `ChoiceProgress.quietTokens` tokens.
    ///
    /// Called on the run's queue: it must return at once.
    func note(_ tokens: TokenCounts, choice: Int)

    /// Told how the computing ended, before the client is. The response's last bytes wait for the answer.
    ///
    /// - Returns: What the ending costs, to be shown in `usage`.
    func settle(_ ending: GenerationEnding) async -> Charge
}

/// Counts nothing and charges nothing.
struct FreeMeter: RequestMeter {
    func admit(_ order: GenerationOrder) async throws(APIError) -> HTTPFields { [:] }
    func note(_ tokens: TokenCounts, choice: Int) {}
    func settle(_ ending: GenerationEnding) async -> Charge { Charge() }
}
