import HTTPServer
import HTTPTypes
import OpenAIAPI

/// A response as server-sent events of OpenAI's older kind: data without names, and `[DONE]` at the end.
final class EventStreamWriter {
    private let writer: ResponseWriter
    private let obfuscatesLengths: Bool
    private var hasBegun = false

    init(_ writer: ResponseWriter, _ order: GenerationOrder) {
        self.writer = writer
        obfuscatesLengths = order.options.obfuscatesLengths
    }

    /// Sends the head.
    func begin(headers: HTTPFields, commentInterval: Duration) {
        hasBegun = true
        writer.startEventStream(headers: headers, commentInterval: commentInterval)
    }

    /// Sends an event.
    func send(_ encode: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        encode(&bytes)
        if obfuscatesLengths { LengthObfuscation.fill(&bytes) }
        writer.write(EventStream.event(bytes))
    }

    /// Ends the stream.
    func end() {
        writer.write(EventStream.event(ChatCompletionChunks.done))
        writer.finish()
    }

    /// Ends with an error: as the response itself, if nothing has been sent yet.
    func fail(_ error: APIError) {
        guard hasBegun else {
            writer.respond(error)
            return
        }
        // The status has been sent: clients look for an `error` member in the event's data.
        writer.write(EventStream.event(error.body, name: "error"))
        end()
    }
}
