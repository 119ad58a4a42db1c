/// What a streamed answer consists of, in order; `ended` or `failed` comes last.
enum AnswerEvent: Equatable, Sendable {
    case thought(String)
    case answer(String)
    /// The first choice's `finish_reason`.
    case finished(String)
    case usage(AnswerUsage)
    case ended
    case failed(ClientError)
}
