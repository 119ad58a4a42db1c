import Engine
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A chat completion as server-sent events, as the tokens come.
final class ChatStreamResponse: GenerationResponse {
    private let stream: EventStreamWriter
    private var chunks: ChatCompletionChunks
    private var running: RunningCount?
    private let choiceCount: Int
    private let isLegacy: Bool
    private let options: TokenReportOptions
    /// Of each choice, what no chunk has told yet.
    private var reports: [[TokenReport]]

    init(_ writer: ResponseWriter, _ chunks: ChatCompletionChunks, _ order: GenerationOrder) {
        options = order.options.reports
        reports = Array(repeating: [], count: order.choiceCount)
        stream = EventStreamWriter(writer, order)
        self.chunks = chunks
        running = RunningCount(order)
        self.chunks.runningUsage = running?.usage
        choiceCount = order.choiceCount
        isLegacy = order.calls?.usesLegacyForm ?? false
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        stream.begin(headers: headers, commentInterval: commentInterval)
        for choice in 0..<choiceCount { stream.send { chunks.role(choice: choice, to: &$0) } }
    }

    func count(_ tokens: TokenCounts, choice: Int) {
        running?.note(tokens, choice: choice)
        chunks.runningUsage = running?.usage
    }

    func part(_ part: AnswerPart, choice: Int) {
        switch part {
        case .tokens(let more): reports[choice] += more
        case .reasoning(let text):
            let details = takeReports(choice) { $0.origin == .thought || $0.origin == .forced }
            stream.send { chunks.reasoning(text, choice: choice, details: details, to: &$0) }
        case .content(let text):
            let details = takeReports(choice) { _ in true }
            stream.send { chunks.content(text, choice: choice, details: details, to: &$0) }
        case .call(let index, let id, let name):
            let call = ToolCall(id: id, name: name)
            stream.send { chunks.toolCall(call, index: index, choice: choice, isLegacy: isLegacy, to: &$0) }
        case .arguments(let index, let text):
            stream.send { chunks.arguments(text, index: index, choice: choice, isLegacy: isLegacy, to: &$0) }
        }
    }

    /// The first tokens that no chunk has told yet, as far as they belong to this one.
    private func takeReports(_ choice: Int, while belongs: (TokenReport) -> Bool) -> TokenDetails {
        let taken = reports[choice].prefix(while: belongs)
        reports[choice].removeFirst(taken.count)
        return TokenDetails(taken, options)
    }

    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens) {
        let details = takeReports(choice) { _ in true }
        stream.send { chunks.finish(ending.reason, tokens: tokens, choice: choice, details: details, to: &$0) }
    }

    func complete(_ usage: Usage) {
        if chunks.includesUsage { stream.send { chunks.usage(usage, to: &$0) } }
        stream.end()
    }

    func fail(_ error: APIError) { stream.fail(error) }
}
