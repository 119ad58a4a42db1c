import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A message as one JSON body.
final class MessageBodyResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let encoder: MessageEvents
    private var headers: HTTPFields = [:]
    private var answer = CollectedAnswer()
    private var reason = FinishReason.stop

    init(_ writer: ResponseWriter, _ encoder: MessageEvents) {
        self.writer = writer
        self.encoder = encoder
    }

    func begin(headers: HTTPFields, commentInterval: Duration) { self.headers = headers }

    func part(_ part: AnswerPart, choice: Int) { answer.add(part) }

    func end(choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) { self.reason = reason }

    func complete(_ usage: Usage) {
        var body: [UInt8] = []
        encoder.message(
            answer.items.map(MessageEvents.Block.init),
            stopReason: reason,
            usage: usage,
            promptTokens: usage.promptTokens,
            to: &body
        )
        writer.respond(json: body, headers: headers)
    }

    func fail(_ error: APIError) { writer.respond(error, as: .messages) }
}

extension MessageEvents.Block {
    init(_ item: CollectedAnswer.Item) {
        switch item {
        case .reasoning(let text): self = .thinking(text)
        case .content(let text): self = .text(text)
        case .call(let call): self = .toolUse(call)
        }
    }
}
