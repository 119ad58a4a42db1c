import Engine

/// A piece of an answer, as it became certain.
enum AnswerPart: Sendable, Equatable {
    /// Tokens one by one, if the request asked for them; their text comes behind them, some of it later.
    case tokens([TokenReport])
    /// More of the thought.
    case reasoning(String)
    /// More of the answer's text.
    case content(String)
}
