import Billing
import HTTPServer
import HTTPTypes
import OpenAIAPI

/// In whose words an endpoint tells errors.
enum ErrorShape: Sendable {
    case openAI
    /// Anthropic's.
    case messages
}

extension ResponseWriter {
    /// Answers with a JSON document.
    func respond(json body: [UInt8], headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        respond(status: .ok, headers: headers, body: body)
    }

    /// Answers with an error.
    func respond(_ error: APIError, as shape: ErrorShape = .openAI) {
        var headers: HTTPFields = [.contentType: "application/json"]
        for field in error.headerFields {
            if let name = HTTPField.Name(field.name) { headers[name] = field.value }
        }
        let body =
            switch shape {
            case .openAI: error.body
            case .messages: error.messagesBody
            }
        respond(status: HTTPResponse.Status(code: error.status), headers: headers, body: body)
    }

    /// Answers as an earlier request was answered.
    func replay(_ answer: StoredResponse) {
        var headers: HTTPFields = [.contentType: answer.contentType]
        headers.set(HeaderField("x-actuary-replayed", "true"))
        respond(status: HTTPResponse.Status(code: answer.status), headers: headers, body: answer.body)
    }

    /// Begins a stream of events.
    func startEventStream(headers: HTTPFields, commentInterval: Duration) {
        var headers = headers
        headers[.contentType] = EventStream.mediaType
        headers[.cacheControl] = "no-cache"
        startStream(headers: headers, heartbeat: Heartbeat(bytes: EventStream.heartbeat, interval: commentInterval))
    }
}

extension HTTPFields {
    /// The header that lists fields of a body without effect, if there are any.
    static func reporting(ignored names: [String]) -> HTTPFields {
        var fields: HTTPFields = [:]
        if let value = IgnoredFields.headerValue(names), let name = HTTPField.Name(IgnoredFields.headerName) {
            fields[name] = value
        }
        return fields
    }

    /// Beside that, which bound was applied to the thought: a number or `unlimited`, and who asked for it.
    static func reporting(ignored names: [String], _ bound: Usage.Bound) -> HTTPFields {
        var fields = reporting(ignored: names)
        for (name, value) in bound.headerFields {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }
}

extension HTTPFields {
    /// All fields of both.
    static func + (first: HTTPFields, second: HTTPFields) -> HTTPFields {
        var sum = first
        sum.append(contentsOf: second)
        return sum
    }
}
