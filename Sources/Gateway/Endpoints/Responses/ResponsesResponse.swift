import HTTPServer
import HTTPTypes
import OpenAIAPI
import OrderedJSON

/// A response of `/v1/responses`, as one body or as typed events.
final class ResponsesResponse: GenerationResponse {
    private let writer: ResponseWriter
    private let object: ResponseObject
    private let isStreaming: Bool
    private let obfuscatesLengths: Bool
    private let keep: (JSONValue, CollectedAnswer) -> Void
    private var items: ResponseItems
    private var headers: HTTPFields = [:]
    private var hasBegun = false
    private var reason = FinishReason.stop
    private var sequenceNumber = 0

    /// - Parameters:
    ///   - writer: The client.
    ///   - object: What is known of the response before it begins.
    ///   - options: Whether it is told in events, and how.
    ///   - summarizesThought: Whether the thought is told as its own summary.
    ///   - keep: Called with the finished response.
    init(
        _ writer: ResponseWriter,
        _ object: ResponseObject,
        _ options: GenerationOptions,
        summarizesThought: Bool,
        keep: @escaping (JSONValue, CollectedAnswer) -> Void
    ) {
        self.writer = writer
        self.object = object
        isStreaming = options.isStreaming
        obfuscatesLengths = options.obfuscatesLengths
        self.keep = keep
        items = ResponseItems(
            idSuffix: String(object.id.suffix(24)),
            summarizesThought: summarizesThought,
            reporting: options.reports
        )
    }

    func begin(headers: HTTPFields, commentInterval: Duration) {
        self.headers = headers
        guard isStreaming else { return }
        hasBegun = true
        writer.startEventStream(headers: headers, commentInterval: commentInterval)
        for type in ["response.created", "response.in_progress"] {
            send(type, ["response": object.document(.inProgress)])
        }
    }

    func part(_ part: AnswerPart, choice: Int) { send(items.add(part)) }

    func end(choice: Int, _ ending: ChoiceEnding, _ tokens: ChoiceTokens) {
        reason = ending.reason
        send(items.endItem())
    }

    func complete(_ usage: Usage) {
        let status: ResponseObject.Status = reason == .length ? .incomplete : .completed
        finish(object.document(status, output: items.output, usage: usage), "response.\(status.rawValue)")
    }

    func cancel(_ usage: Usage) {
        // A client that only left hears nothing of this; one that cancelled from elsewhere still listens.
        finish(object.document(.cancelled, output: items.output, usage: usage), "response.incomplete")
    }

    func fail(_ error: APIError) {
        keep(object.document(.failed, output: items.output, error: error), items.answer)
        guard hasBegun else {
            writer.respond(error)
            return
        }
        send("response.failed", ["response": object.document(.failed, output: items.output, error: error)])
        writer.finish()
    }

    private func finish(_ document: JSONValue, _ type: String) {
        keep(document, items.answer)
        guard isStreaming else {
            writer.respond(json: document.utf8(), headers: headers)
            return
        }
        send(type, ["response": document])
        writer.finish()
    }

    private func send(_ events: [ResponseItems.Event]) {
        for event in events { send(event.type, event.members) }
    }

    private func send(_ type: String, _ members: JSONObject) {
        guard hasBegun else { return }
        var all: JSONObject = ["type": .string(type), "sequence_number": .integer(Int64(sequenceNumber))]
        for (name, value) in members { all[name] = value }
        sequenceNumber += 1
        var bytes = JSONValue.object(all).utf8()
        if obfuscatesLengths, type.hasSuffix(".delta") { LengthObfuscation.fill(&bytes) }
        writer.write(EventStream.event(bytes, name: type))
    }
}
