import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A chat completion as server-sent events, as the tokens come.
final class ChatStreamResponse: GenerationResponse {
    private let stream: EventStreamWriter
    private let chunks: ChatCompletionChunks
    private let choiceCount: Int
    private let isLegacy: Bool

    init(_ writer: ResponseWriter, _ chunks: ChatCompletionChunks, _ order: GenerationOrder) {
        stream = EventStreamWriter(writer)
        self.chunks = chunks
        choiceCount = order.choiceCount
        isLegacy = order.calls?.usesLegacyForm ?? false
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        stream.begin(headers: headers, commentInterval: commentInterval)
        for choice in 0..<choiceCount { stream.send { chunks.role(choice: choice, to: &$0) } }
    }

    func part(_ part: AnswerPart, choice: Int) {
        switch part {
        case .reasoning(let text): stream.send { chunks.reasoning(text, choice: choice, to: &$0) }
        case .content(let text): stream.send { chunks.content(text, choice: choice, to: &$0) }
        case .call(let index, let id, let name):
            let call = ToolCall(id: id, name: name)
            stream.send { chunks.toolCall(call, index: index, choice: choice, isLegacy: isLegacy, to: &$0) }
        case .arguments(let index, let text):
            stream.send { chunks.arguments(text, index: index, choice: choice, isLegacy: isLegacy, to: &$0) }
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
