import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A completion as server-sent events.
final class CompletionStreamResponse: GenerationResponse {
    private let stream: EventStreamWriter
    private let encoder: TextCompletion
    private var texts: CompletionTexts
    private let choiceCount: Int
    private let includesUsage: Bool

    init(_ writer: ResponseWriter, _ encoder: TextCompletion, _ texts: CompletionTexts, _ order: GenerationOrder) {
        stream = EventStreamWriter(writer)
        self.encoder = encoder
        self.texts = texts
        choiceCount = order.choiceCount
        includesUsage = order.options.includesUsage
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        stream.begin(headers: headers, commentInterval: commentInterval)
        for choice in 0..<choiceCount {
            let text = texts.beginning(of: choice)
            if !text.isEmpty { send(TextCompletion.Choice(index: choice, text: text)) }
        }
    }

    func part(_ part: AnswerPart, choice: Int) {
        send(TextCompletion.Choice(index: choice, text: texts.text(of: part, choice: choice)))
    }

    func end(choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) {
        send(TextCompletion.Choice(index: choice, text: "", finishReason: reason))
    }

    func complete(_ usage: Usage) {
        if includesUsage { stream.send { encoder.append([], usage: usage, to: &$0) } }
        stream.end()
    }

    func fail(_ error: APIError) { stream.fail(error) }

    private func send(_ choice: TextCompletion.Choice) {
        stream.send { encoder.append([choice], usage: nil, to: &$0) }
    }
}
