import Billing
import Engine
import HTTPTypes
import OpenAIAPI

/// Who pays for a request, asked at the points of its life that matter to money.
///
/// One meter serves one request: `admit` once and first; if that lets it run, `note` any number of times and `settle`
/// exactly once.
protocol RequestMeter: Sendable {
    /// Asked before the engine hears of the request. An error ends it: nothing was computed.
    func admit(_ order: GenerationOrder) async throws(APIError) -> Admittance

    /// Asked when the client wants thoughts of the running request to take so many tokens more.
    ///
    /// - Parameters:
    ///   - tokens: How many more for each choice.
    ///   - id: The request's name for its client.
    /// - Returns: What the thoughts may take from now on.
    /// - Throws: An error if it has ended or cannot be paid; then nothing has changed.
    func extend(by tokens: Int, id: String) async throws(APIError) -> Extension

    /// Told all that a choice has used so far, at least every `ChoiceProgress.quietTokens` tokens.
    ///
    /// Called on the run's queue: it must return at once.
    ///
    /// - Returns: The completion tokens of all choices so far.
    func note(_ tokens: TokenCounts, choice: Int) -> Int

    /// Told how many prompt tokens were not computed, before the first count that rests on it; returns at once.
    func noteCached(_ tokens: Int)

    /// Whether the client may be told of so many completion tokens. If not yet, `action` is called once it may.
    func mayTell(_ tokens: Int, otherwise action: @escaping @Sendable () -> Void) -> Bool

    /// Told how the computing ended, before the client is. The response's last bytes wait for the answer.
    ///
    /// - Returns: What the ending costs.
    func settle(_ ending: GenerationEnding) async -> MeterReading

    /// Given the whole answer before its last bytes go out, to be repeated if the client asks for the same again.
    func keep(_ answer: StoredResponse)
}

/// What comes of asking for admission.
enum Admittance: Sendable {
    case run(Grant)
    /// The request was answered before.
    case replay(StoredResponse)
}

/// The right to run a request.
struct Grant: Sendable {
    /// Fields for the response's head.
    var headers: HTTPFields = [:]
    /// Thinking tokens of each choice, at most.
    var thinkingBound: Int
    /// Whether credits are what makes that less than was asked for.
    var isCutByCredits = false
    /// What an earlier attempt of the same request sampled with.
    var seed: UInt64?
}

/// The right of a running request to think longer.
struct Extension: Sendable, Equatable {
    /// Thinking tokens of each choice, at most, from now on.
    var thinkingBound: Int
    /// Whether credits are what makes that less than was asked for.
    var isCutByCredits: Bool
}

/// What a request has cost.
struct MeterReading: Sendable {
    /// Members for `usage`.
    var charge = Charge()
    /// Fields for the head of a response that has not begun.
    var headers: HTTPFields = [:]
}
