/// A piece of an answer, as it became certain.
enum AnswerPart: Sendable, Equatable {
    /// More of the thought.
    case reasoning(String)
    /// More of the answer's text.
    case content(String)
}
