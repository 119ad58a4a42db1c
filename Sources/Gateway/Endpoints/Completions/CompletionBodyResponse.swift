import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A completion as one JSON body.
final class CompletionBodyResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let encoder: TextCompletion
    private var texts: CompletionTexts
    private var headers: HTTPFields = [:]
    private var choices: [TextCompletion.Choice]

    init(_ writer: ResponseWriter, _ encoder: TextCompletion, _ texts: CompletionTexts, _ order: GenerationOrder) {
        self.writer = writer
        self.encoder = encoder
        self.texts = texts
        choices = (0..<order.choiceCount).map { TextCompletion.Choice(index: $0, text: texts.beginning(of: $0)) }
    }

    func begin(headers: HTTPFields, commentInterval: Duration) { self.headers = headers }

    func part(_ part: AnswerPart, choice: Int) { choices[choice].text += texts.text(of: part, choice: choice) }

    func end(choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) { choices[choice].finishReason = reason }

    func complete(_ usage: Usage) {
        var body: [UInt8] = []
        encoder.append(choices, usage: usage, to: &body)
        writer.respond(json: body, headers: headers)
    }

    func fail(_ error: APIError) { writer.respond(error) }
}
