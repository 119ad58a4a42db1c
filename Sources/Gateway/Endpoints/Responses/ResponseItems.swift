import OpenAIAPI
import OrderedJSON

/// The output of a response while it grows, and the events that tell of it.
///
/// Pure: parts in, events out, in the order in which OpenAI sends them: an item is added, its part is added, deltas, the
/// text is done, the part is done, the item is done.
struct ResponseItems {
    /// An event without its sequence number.
    struct Event: Equatable {
        var type: String
        var members: JSONObject
    }

    private let idSuffix: String
    private let summarizesThought: Bool
    private let reporting: TokenReportOptions
    private(set) var answer = CollectedAnswer()
    /// What is told of the tokens of each item, and of those whose text has not come yet.
    private var logprobs: [Int: [JSONValue]] = [:]
    private var newLogprobs: [JSONValue] = []

    /// - Parameters:
    ///   - idSuffix: Makes the items' ids differ from those of other responses.
    ///   - summarizesThought: Whether a thought is told as its own summary.
    ///   - reporting: What is told of tokens.
    init(idSuffix: String, summarizesThought: Bool = false, reporting: TokenReportOptions = TokenReportOptions()) {
        self.idSuffix = idSuffix
        self.summarizesThought = summarizesThought
        self.reporting = reporting
    }

    /// The finished items.
    var output: [JSONValue] { answer.items.indices.map { document($0, isComplete: true) } }

    mutating func add(_ part: AnswerPart) -> [Event] {
        if case .tokens(let reports) = part {
            newLogprobs += TokenDetails(reports, reporting).logprobs?.content.map(\.json) ?? []
            return []
        }
        var events: [Event] = []
        if !answer.isContinued(by: part) {
            events += endItem()
            answer.add(part)
            events += beginItem()
        } else {
            answer.add(part)
        }
        switch part {
        case .reasoning(let text): events.append(thoughtEvent("text.delta", ["delta": .string(text)]))
        case .content(let text):
            let told = takeLogprobs()
            let members: JSONObject = ["content_index": 0, "delta": .string(text), "logprobs": .array(told)]
            events.append(event("output_text.delta", members))
        case .arguments(_, let text):
            events.append(event("function_call_arguments.delta", ["delta": .string(text)]))
        // Tokens of calls are told nowhere.
        case .call: newLogprobs = []
        case .tokens: break
        }
        return events
    }

    /// What is told of new tokens, as part of the last item.
    private mutating func takeLogprobs() -> [JSONValue] {
        defer { newLogprobs = [] }
        if !newLogprobs.isEmpty { logprobs[index, default: []] += newLogprobs }
        return newLogprobs
    }

    /// Ends the last item.
    mutating func endItem() -> [Event] {
        guard let last = answer.items.last else { return [] }
        if case .content = last { _ = takeLogprobs() }
        let done = Event(
            type: "response.output_item.done",
            members: ["output_index": .integer(Int64(index)), "item": document(index, isComplete: true)]
        )
        switch last {
        case .reasoning(let text):
            return [thoughtEvent("text.done", ["text": .string(text)]), thoughtPart("part.done", text), done]
        case .content(let text):
            let told = logprobs[index] ?? []
            let part = ResponseObject.textPart(text, logprobs: told)
            return [
                event("output_text.done", ["content_index": 0, "text": .string(text), "logprobs": .array(told)]),
                event("content_part.done", ["content_index": 0, "part": part]), done,
            ]
        case .call(let call):
            let members: JSONObject = ["name": .string(call.name), "arguments": .string(call.arguments)]
            return [event("function_call_arguments.done", members), done]
        }
    }

    private func beginItem() -> [Event] {
        let empty: JSONValue
        let part: Event?
        switch answer.items[index] {
        case .reasoning:
            empty = ResponseObject.reasoning(id(index), "", isSummary: summarizesThought, isComplete: false)
            part = thoughtPart("part.added", "")
        case .content:
            empty = ResponseObject.message(id(index), "", isComplete: false)
            part = event("content_part.added", ["content_index": 0, "part": ResponseObject.textPart("")])
        case .call(let call):
            empty = ResponseObject.call(id(index), ToolCall(id: call.id, name: call.name), isComplete: false)
            part = nil
        }
        let added = Event(
            type: "response.output_item.added",
            members: ["output_index": .integer(Int64(index)), "item": empty]
        )
        return [added] + (part.map { [$0] } ?? [])
    }

    /// An event about the text of a thought.
    private func thoughtEvent(_ type: String, _ members: JSONObject) -> Event {
        var all: JSONObject = [summarizesThought ? "summary_index" : "content_index": 0]
        for (name, value) in members { all[name] = value }
        return event((summarizesThought ? "reasoning_summary_" : "reasoning_") + type, all)
    }

    /// An event about the part that has the text of a thought.
    private func thoughtPart(_ type: String, _ text: String) -> Event {
        let part = ResponseObject.reasoningPart(text, isSummary: summarizesThought)
        return summarizesThought
            ? event("reasoning_summary_" + type, ["summary_index": 0, "part": part])
            : event("content_" + type, ["content_index": 0, "part": part])
    }

    private var index: Int { answer.items.count - 1 }

    private func event(_ type: String, _ members: JSONObject) -> Event {
        var all: JSONObject = ["item_id": .string(id(index)), "output_index": .integer(Int64(index))]
        for (name, value) in members { all[name] = value }
        return Event(type: "response." + type, members: all)
    }

    private func document(_ index: Int, isComplete: Bool) -> JSONValue {
        switch answer.items[index] {
        case .reasoning(let text):
            ResponseObject.reasoning(id(index), text, isSummary: summarizesThought, isComplete: isComplete)
        case .content(let text):
            ResponseObject.message(id(index), text, logprobs: logprobs[index] ?? [], isComplete: isComplete)
        case .call(let call): ResponseObject.call(id(index), call, isComplete: isComplete)
        }
    }

    private func id(_ index: Int) -> String {
        let kind =
            switch answer.items[index] {
            case .reasoning: "rs"
            case .content: "msg"
            case .call: "fc"
            }
        return "\(kind)_\(idSuffix)\(index)"
    }
}
