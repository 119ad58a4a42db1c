/// A piece of an answer, as it became certain.
enum AnswerPart: Sendable, Equatable {
    /// More of the thought.
    case reasoning(String)
    /// More of the answer's text.
    case content(String)
    /// A call begins; calls are numbered from 0.
    case call(index: Int, id: String, name: String)
    /// More of the arguments of the call that began last.
    case arguments(index: Int, String)
}
