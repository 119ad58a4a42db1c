import Engine
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A chat completion as one JSON body.
final class ChatBodyResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let identity: CompletionIdentity
    private var headers: HTTPFields = [:]
    private var answers: [CollectedAnswer]
    private var details: [TokenDetails]
    private var choices: [ChatCompletion.Choice?]
    private var promptTokens: [PromptLogprob] = []
    private let options: TokenReportOptions
    private let isLegacy: Bool
    private let thought: ThoughtDelivery

    init(_ writer: ResponseWriter, _ identity: CompletionIdentity, _ order: GenerationOrder) {
        self.writer = writer
        self.identity = identity
        answers = Array(repeating: CollectedAnswer(), count: order.choiceCount)
        options = order.options.reports
        isLegacy = order.calls?.usesLegacyForm ?? false
        thought = order.options.thought
        details = Array(repeating: TokenDetails([], options), count: order.choiceCount)
        choices = Array(repeating: nil, count: order.choiceCount)
    }

    func begin(headers: HTTPFields, commentInterval: Duration) { self.headers = headers }

    func part(_ part: AnswerPart, choice: Int) {
        if case .tokens(let reports) = part {
            details[choice].append(TokenDetails(reports, options))
            if choice == 0 { promptTokens += reports.filter { $0.origin == .prompt }.map(PromptLogprob.init) }
        } else {
            answers[choice].add(part)
        }
    }

    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens) {
        choices[choice] = ChatCompletion.Choice(
            reasoning: answers[choice].reasoning,
            content: answers[choice].content,
            calls: answers[choice].calls,
            usesLegacyForm: isLegacy,
            finishReason: ending.reason,
            tokens: tokens,
            details: details[choice]
        )
    }

    func complete(_ usage: Usage) {
        var completion = ChatCompletion(
            identity: identity,
            choices: choices.compactMap { $0 },
            usage: usage,
            thought: thought
        )
        if options.tellsPromptApart { completion.promptLogprobs = promptTokens }
        writer.respond(json: completion.body, headers: headers)
    }

    func fail(_ error: APIError) { writer.respond(error) }
}
