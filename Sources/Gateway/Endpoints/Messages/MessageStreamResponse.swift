import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A message as Anthropic's events.
final class MessageStreamResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let encoder: MessageEvents
    private let promptTokens: Int
    private let omitsThoughts: Bool
    private var answer = CollectedAnswer()
    private var ending = ChoiceEnding(.stop)
    private var hasBegun = false

    init(_ writer: ResponseWriter, _ encoder: MessageEvents, promptTokens: Int, omitsThoughts: Bool) {
        self.omitsThoughts = omitsThoughts
        self.writer = writer
        self.encoder = encoder
        self.promptTokens = promptTokens
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        hasBegun = true
        writer.startEventStream(headers: headers, commentInterval: commentInterval)
        send("message_start") { encoder.start(promptTokens: promptTokens, to: &$0) }
        send("ping") { $0 = Array(#"{"type":"ping"}"#.utf8) }
    }

    func part(_ part: AnswerPart, choice: Int) {
        if case .tokens = part { return }
        if !answer.isContinued(by: part) {
            endBlock()
            begin(part)
        }
        answer.add(part)
        let delta: MessageEvents.Delta
        switch part {
        case .reasoning where omitsThoughts: return
        case .reasoning(let text): delta = .thinking(text)
        case .content(let text): delta = .text(text)
        case .arguments(_, let text): delta = .input(text)
        case .call, .tokens: return
        }
        send("content_block_delta") { encoder.blockDelta(answer.items.count - 1, delta, to: &$0) }
    }

    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens) {
        self.ending = ending
        endBlock()
    }

    func complete(_ usage: Usage) {
        send("message_delta") { encoder.end(ending, usage, to: &$0) }
        send("message_stop") { $0 = Array(#"{"type":"message_stop"}"#.utf8) }
        writer.finish()
    }

    func fail(_ error: APIError) {
        guard hasBegun else {
            writer.respond(error, as: .messages)
            return
        }
        send("error") { $0 = error.messagesBody }
        writer.finish()
    }

    private func begin(_ part: AnswerPart) {
        let block: MessageEvents.Block
        switch part {
        case .reasoning: block = .thinking("", isComplete: false)
        case .content: block = .text("")
        case .call(_, let id, let name): block = .toolUse(ToolCall(id: id, name: name))
        case .arguments, .tokens: return
        }
        send("content_block_start") { encoder.blockStart(answer.items.count, block, to: &$0) }
    }

    private func endBlock() {
        guard let last = answer.items.last else { return }
        let index = answer.items.count - 1
        if case .reasoning = last { send("content_block_delta") { encoder.blockDelta(index, .signature, to: &$0) } }
        send("content_block_stop") { encoder.blockStop(index, to: &$0) }
    }

    private func send(_ name: String, _ encode: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        encode(&bytes)
        writer.write(EventStream.event(bytes, name: name))
    }
}
