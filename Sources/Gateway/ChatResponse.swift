import HTTPServer
import HTTPTypes
import OpenAIAPI

/// How a chat completion reaches its client. Called on the run's queue, `begin` first, then one of `complete` and `fail`
/// last; `fail` may come alone.
protocol ChatResponse: AnyObject {
    func begin(_ description: ChatRun.Description)
    func reasoning(_ text: String, choice: Int)
    func content(_ text: String, choice: Int)
    func end(_ choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens)
    func complete(_ usage: Usage)
    func fail(_ error: APIError)
}

/// One JSON body at the end.
final class ChatBodyResponse: ChatResponse {
    private let writer: ResponseWriter
    private var description: ChatRun.Description?
    private var reasoning: [String] = []
    private var content: [String] = []
    private var choices: [ChatCompletion.Choice?] = []

    init(_ writer: ResponseWriter) { self.writer = writer }

    func begin(_ description: ChatRun.Description) {
        self.description = description
        reasoning = Array(repeating: "", count: description.choiceCount)
        content = reasoning
        choices = Array(repeating: nil, count: description.choiceCount)
    }

    func reasoning(_ text: String, choice: Int) { reasoning[choice] += text }
    func content(_ text: String, choice: Int) { content[choice] += text }

    func end(_ choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) {
        choices[choice] = ChatCompletion.Choice(
            reasoning: reasoning[choice],
            content: content[choice],
            finishReason: reason,
            tokens: tokens
        )
    }

    func complete(_ usage: Usage) {
        guard let description else { return }
        let completion = ChatCompletion(
            identity: description.identity,
            choices: choices.compactMap { $0 },
            promptTokens: usage.promptTokens,
            cachedTokens: usage.cachedTokens,
            bound: usage.bound
        )
        writer.respond(json: completion.body, headers: description.headers)
    }

    func fail(_ error: APIError) { writer.respond(error) }
}

/// Server-sent events as the tokens come.
final class ChatStreamResponse: ChatResponse {
    private let writer: ResponseWriter
    private let includesUsage: Bool
    private let interval: Duration
    private var chunks: ChatCompletionChunks?

    init(_ writer: ResponseWriter, includesUsage: Bool, interval: Duration) {
        self.writer = writer
        self.includesUsage = includesUsage
        self.interval = interval
    }

    func begin(_ description: ChatRun.Description) {
        var headers = description.headers
        headers[.contentType] = EventStream.mediaType
        headers[.cacheControl] = "no-cache"
        writer.startStream(
            headers: headers,
            heartbeat: Heartbeat(bytes: EventStream.heartbeat, interval: interval)
        )
        let chunks = ChatCompletionChunks(
            identity: description.identity,
            includesUsage: includesUsage,
            choiceCount: description.choiceCount
        )
        self.chunks = chunks
        for choice in 0..<description.choiceCount { send { chunks.role(choice: choice, to: &$0) } }
    }

    func reasoning(_ text: String, choice: Int) { send { chunks?.reasoning(text, choice: choice, to: &$0) } }
    func content(_ text: String, choice: Int) { send { chunks?.content(text, choice: choice, to: &$0) } }

    func end(_ choice: Int, _ reason: FinishReason, _ tokens: ChoiceTokens) {
        send { chunks?.finish(reason, tokens: tokens, choice: choice, to: &$0) }
    }

    func complete(_ usage: Usage) {
        if includesUsage { send { chunks?.usage(usage, to: &$0) } }
        writer.write(EventStream.event(ChatCompletionChunks.done))
        writer.finish()
    }

    func fail(_ error: APIError) {
        guard chunks != nil else {
            writer.respond(error)
            return
        }
        // The status has been sent: clients look for an `error` member in the event's data.
        writer.write(EventStream.event(error.body, name: "error"))
        writer.write(EventStream.event(ChatCompletionChunks.done))
        writer.finish()
    }

    private func send(_ encode: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        encode(&bytes)
        writer.write(EventStream.event(bytes))
    }
}
