import Engine
import HTTPTypes
import OpenAIAPI

/// How an answer reaches its client: one of these for each endpoint, as a body and as a stream.
///
/// Called on the run's queue: `begin` first, then parts and ends, then one of `complete`, `fail` and `cancel` last; `fail`
/// may come alone.
protocol GenerationResponse: AnyObject {
    /// The engine has taken the request.
    ///
    /// - Parameters:
    ///   - headers: Fields of the response beside its type.
    ///   - commentInterval: The silence after which a stream gets a comment line.
    func begin(headers: HTTPFields, commentInterval: Duration)
    /// All that a choice has used up to the parts that come next.
    func count(_ tokens: TokenCounts, choice: Int)
    func part(_ part: AnswerPart, choice: Int)
    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens)
    func complete(_ usage: Usage)
    func fail(_ error: APIError)
    /// The request was taken back; usually nobody is there to be told.
    func cancel(_ usage: Usage)
}

extension GenerationResponse {
    func count(_ tokens: TokenCounts, choice: Int) {}
    func cancel(_ usage: Usage) {}
}
