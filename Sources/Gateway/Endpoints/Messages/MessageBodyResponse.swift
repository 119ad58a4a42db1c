import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A message as one JSON body.
final class MessageBodyResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let encoder: MessageEvents
    private var headers: HTTPFields = [:]
    private var answer = CollectedAnswer()
    private var ending = ChoiceEnding(.stop)
    private let omitsThoughts: Bool

    init(_ writer: ResponseWriter, _ encoder: MessageEvents, omitsThoughts: Bool) {
        self.omitsThoughts = omitsThoughts
        self.writer = writer
        self.encoder = encoder
    }

    func begin(headers: HTTPFields, commentInterval: Duration) { self.headers = headers }

    func part(_ part: AnswerPart, choice: Int) { answer.add(part) }

    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens) { self.ending = ending }

    func complete(_ usage: Usage) {
        var body: [UInt8] = []
        encoder.message(
            answer.items.map { MessageEvents.Block($0, omitsThoughts: omitsThoughts) },
            ending: ending,
            usage: usage,
            promptTokens: usage.promptTokens,
            to: &body
        )
        writer.respond(json: body, headers: headers)
    }

    func fail(_ error: APIError) { writer.respond(error, as: .messages) }
}

extension MessageEvents.Block {
    init(_ item: CollectedAnswer.Item, omitsThoughts: Bool) {
        switch item {
        case .reasoning(let text): self = .thinking(omitsThoughts ? "" : text, isComplete: true)
        case .content(let text): self = .text(text)
        case .call(let call): self = .toolUse(call)
        }
    }
}
