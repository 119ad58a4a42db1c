import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A chat completion as server-sent events, as the tokens come.
final class ChatStreamResponse: GenerationResponse {
    private let stream: EventStreamWriter
    private let chunks: ChatCompletionChunks
    private let choiceCount: Int

    init(_ writer: ResponseWriter, _ chunks: ChatCompletionChunks, choiceCount: Int) {
        stream = EventStreamWriter(writer)
        self.chunks = chunks
        self.choiceCount = choiceCount
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        stream.begin(headers: headers, commentInterval: commentInterval)
        for choice in 0..<choiceCount { stream.send { chunks.role(choice: choice, to: &$0) } }
    }

    func part(_ part: AnswerPart, choice: Int) {
        switch part {
        case .reasoning(let text): stream.send { chunks.reasoning(text, choice: choice, to: &$0) }
        case .content(let text): stream.send { chunks.content(text, choice: choice, to: &$0) }
        }
    }

    func end(choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) {
        stream.send { chunks.finish(reason, tokens: tokens, choice: choice, to: &$0) }
    }

    func complete(_ usage: Usage) {
        if chunks.includesUsage { stream.send { chunks.usage(usage, to: &$0) } }
        stream.end()
    }

    func fail(_ error: APIError) { stream.fail(error) }
}
