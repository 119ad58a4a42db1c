import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A completion as one JSON body.
final class CompletionBodyResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let encoder: TextCompletion
    private var texts: CompletionTexts
    private var tokens: [CompletionTokens]
    private var headers: HTTPFields = [:]
    private var choices: [TextCompletion.Choice]

    init(_ writer: ResponseWriter, _ encoder: TextCompletion, _ texts: CompletionTexts, _ order: GenerationOrder) {
        self.writer = writer
        self.encoder = encoder
        self.texts = texts
        let indices = 0..<order.choiceCount
        tokens = indices.map { CompletionTokens(order.options.reports, echo: texts.echo(of: $0)) }
        choices = indices.map { TextCompletion.Choice(index: $0, text: texts.echo(of: $0) ?? "") }
        for index in indices { tokens[index].tell(in: &choices[index]) }
    }

    func begin(headers: HTTPFields, commentInterval: Duration) { self.headers = headers }

    func part(_ part: AnswerPart, choice: Int) {
        if case .tokens(let reports) = part {
            tokens[choice].tell(reports, in: &choices[choice])
        } else {
            let text = texts.text(of: part, choice: choice)
            choices[choice].text += text
            tokens[choice].tell(with: text, in: &choices[choice])
        }
    }

    func end(choice: Int, _ ending: ChoiceEnding, _ counts: ChoiceTokens) {
        tokens[choice].tell(isEnd: true, in: &choices[choice])
        choices[choice].finishReason = ending.reason
    }

    func complete(_ usage: Usage) {
        var body: [UInt8] = []
        encoder.append(choices, usage: usage, to: &body)
        writer.respond(json: body, headers: headers)
    }

    func fail(_ error: APIError) { writer.respond(error) }
}
