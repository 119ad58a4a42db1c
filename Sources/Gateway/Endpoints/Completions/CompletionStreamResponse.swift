import Engine
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A completion as server-sent events.
final class CompletionStreamResponse: GenerationResponse {
    private let stream: EventStreamWriter
    private let encoder: TextCompletion
    private var texts: CompletionTexts
    private var tokens: [CompletionTokens]
    /// Of each choice, what no chunk has told yet.
    private var reports: [[TokenReport]]
    /// Prompts that wait for what is told of their tokens.
    private var heldEchoes: [Int: String] = [:]
    private var running: RunningCount?
    private let holdsEchoes: Bool
    private let includesUsage: Bool

    init(_ writer: ResponseWriter, _ encoder: TextCompletion, _ texts: CompletionTexts, _ order: GenerationOrder) {
        stream = EventStreamWriter(writer, order)
        self.encoder = encoder
        self.texts = texts
        tokens = (0..<order.choiceCount).map { CompletionTokens(order.options.reports, echo: texts.echo(of: $0)) }
        reports = Array(repeating: [], count: order.choiceCount)
        running = RunningCount(order)
        holdsEchoes = order.options.reports.promptAlternatives != nil
        includesUsage = order.options.includesUsage
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        stream.begin(headers: headers, commentInterval: commentInterval)
        for choice in tokens.indices {
            guard let echo = texts.echo(of: choice) else { continue }
            if holdsEchoes { heldEchoes[choice] = echo } else { send(echo, isEcho: true, choice: choice) }
        }
    }

    func count(_ tokens: TokenCounts, choice: Int) { running?.note(tokens, choice: choice) }

    func part(_ part: AnswerPart, choice: Int) {
        guard case .tokens(let more) = part else {
            send(texts.text(of: part, choice: choice), choice: choice)
            return
        }
        reports[choice] += more
        guard let echo = heldEchoes.removeValue(forKey: choice) else { return }
        let behind = reports[choice].filter { $0.origin != .prompt }
        reports[choice].removeAll { $0.origin != .prompt }
        send(echo, isEcho: true, choice: choice)
        reports[choice] = behind
    }

    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens) {
        send("", ending: ending.reason, choice: choice)
    }

    func complete(_ usage: Usage) {
        if includesUsage { stream.send { encoder.append([], usage: usage, to: &$0) } }
        stream.end()
    }

    func fail(_ error: APIError) { stream.fail(error) }

    /// Sends a piece of a choice with what is to be told of its tokens.
    private func send(_ text: String, isEcho: Bool = false, ending: FinishReason? = nil, choice: Int) {
        var piece = TextCompletion.Choice(index: choice, text: text, finishReason: ending)
        tokens[choice].tell(reports[choice], with: isEcho ? "" : text, isEnd: ending != nil, in: &piece)
        reports[choice] = []
        stream.send { encoder.append([piece], usage: nil, running: running?.usage, to: &$0) }
    }
}
