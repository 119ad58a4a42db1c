import OrderedJSON

/// Reads a streamed chat completion out of the events of its request.
struct AnswerReader {
    private let address: ServerAddress
    private var parser = EventStreamParser()
    private var status = 200
    private var errorBody: [UInt8] = []
    private var isOver = false

    init(address: ServerAddress) { self.address = address }

    /// Takes the next event of the request; behind `ended` or `failed` there is nothing more.
    mutating func consume(_ event: ClientEvent) -> [AnswerEvent] {
        guard !isOver else { return [] }
        var events: [AnswerEvent] = []
        switch event {
        case .head(let status): self.status = status
        case .bytes(let bytes) where status != 200: errorBody += bytes
        case .bytes(let bytes):
            for event in parser.consume(bytes) where !isOver {
                events += read(event.data)
                if case .ended? = events.last { isOver = true }
                if case .failed? = events.last { isOver = true }
            }
            return events
        case .end where status != 200: events = [.failed(ClientError(status: status, body: errorBody))]
        case .end: events = [.failed(.brokenOff(address, reason: "the stream has no end"))]
        case .failed(let error): events = [.failed(error)]
        }
        if case .failed? = events.last { isOver = true }
        return events
    }

    private func read(_ data: String) -> [AnswerEvent] {
        if data.hasPrefix("[DONE]") { return [.ended] }
        let chunk: JSONValue
        do {
            chunk = try JSONValue(parsing: data)
        } catch {
            return [.failed(.unexpected(address, problem: "\(error)"))]
        }
        if let error = chunk["error"], error != .null {
            let message = error["message"]?.string ?? error.text()
            return [.failed(.brokenOff(address, reason: message))]
        }
        var events: [AnswerEvent] = []
        if let choice = chunk["choices"]?.array?.first {
            let delta = choice["delta"]
            // Servers send one of the two names, or both with the same text.
            let thought = delta?["reasoning_content"]?.string ?? delta?["reasoning"]?.string ?? ""
            if !thought.isEmpty { events.append(.thought(thought)) }
            if let text = delta?["content"]?.string, !text.isEmpty { events.append(.answer(text)) }
            if let reason = choice["finish_reason"]?.string { events.append(.finished(reason)) }
        }
        if let usage = AnswerUsage(chunk["usage"]) { events.append(.usage(usage)) }
        return events
    }
}
