import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A chat completion as one JSON body.
final class ChatBodyResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let identity: CompletionIdentity
    private var headers: HTTPFields = [:]
    private var answers: [CollectedAnswer]
    private var choices: [ChatCompletion.Choice?]

    init(_ writer: ResponseWriter, _ identity: CompletionIdentity, _ order: GenerationOrder) {
        self.writer = writer
        self.identity = identity
        answers = Array(repeating: CollectedAnswer(), count: order.choiceCount)
        choices = Array(repeating: nil, count: order.choiceCount)
    }

    func begin(headers: HTTPFields, commentInterval: Duration) { self.headers = headers }

    func part(_ part: AnswerPart, choice: Int) { answers[choice].add(part) }

    func end(choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) {
        choices[choice] = ChatCompletion.Choice(
            reasoning: answers[choice].reasoning,
            content: answers[choice].content,
            calls: answers[choice].calls,
            finishReason: reason,
            tokens: tokens
        )
    }

    func complete(_ usage: Usage) {
        let completion = ChatCompletion(identity: identity, choices: choices.compactMap { $0 }, usage: usage)
        writer.respond(json: completion.body, headers: headers)
    }

    func fail(_ error: APIError) { writer.respond(error) }
}
