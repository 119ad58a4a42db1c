package import OrderedJSON

/// The documents of `/v1/responses`: the response itself, and the items of its output.
package struct ResponseObject: Sendable {
    /// How far a response is.
    package enum Status: String, Sendable, CaseIterable {
        case inProgress = "in_progress"
        case completed
        /// It ended at a limit.
        case incomplete
        case failed
        case cancelled
    }

    package let id: String
    private let created: Int
    private let model: String
    private let serviceTier: String
    private let echo: JSONObject

    package init(id: String, created: Int, model: String, serviceTier: String, echo: JSONObject) {
        self.id = id
        self.created = created
        self.model = model
        self.serviceTier = serviceTier
        self.echo = echo
    }

    /// The whole response.
    package func document(
        _ status: Status,
        output: [JSONValue] = [],
        usage: Usage? = nil,
        error: APIError? = nil
    ) -> JSONValue {
        var members: JSONObject = [
            "id": .string(id), "object": "response", "created_at": .integer(Int64(created)),
            "status": .string(status.rawValue), "model": .string(model), "output": .array(output),
            "service_tier": .string(serviceTier),
        ]
        members["error"] = error.map { ["code": "server_error", "message": .string($0.message)] } ?? .null
        members["incomplete_details"] = status == .incomplete ? ["reason": "max_output_tokens"] : .null
        members["usage"] = usage.map(Self.usage) ?? .null
        for (name, value) in echo { members[name] = value }
        return .object(members)
    }

    /// An item of the output; `isComplete` is false while it grows.
    ///
    /// - Parameters:
    ///   - id: Its name.
    ///   - text: The thought.
    ///   - isSummary: Whether the client wants it as a summary; there is no other one.
    ///   - isComplete: Whether nothing is added any more.
    /// - Returns: The item.
    package static func reasoning(_ id: String, _ text: String, isSummary: Bool, isComplete: Bool) -> JSONValue {
        let parts: JSONValue = text.isEmpty ? [] : [reasoningPart(text, isSummary: isSummary)]
        return [
            "id": .string(id), "type": "reasoning", "summary": isSummary ? parts : [],
            "content": isSummary ? [] : parts, "status": status(isComplete),
        ]
    }

    /// The part of a reasoning item.
    package static func reasoningPart(_ text: String, isSummary: Bool) -> JSONValue {
        ["type": isSummary ? "summary_text" : "reasoning_text", "text": .string(text)]
    }

    /// A message of the assistant, with what is told of its tokens.
    package static func message(
        _ id: String,
        _ text: String,
        logprobs: [JSONValue] = [],
        isComplete: Bool
    ) -> JSONValue {
        [
            "id": .string(id), "type": "message", "role": "assistant",
            "content": text.isEmpty && !isComplete ? [] : [textPart(text, logprobs: logprobs)],
            "status": status(isComplete),
        ]
    }

    /// The part of a message.
    package static func textPart(_ text: String, logprobs: [JSONValue] = []) -> JSONValue {
        ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": .array(logprobs)]
    }

    /// A call of a tool.
    package static func call(_ id: String, _ call: ToolCall, isComplete: Bool) -> JSONValue {
        [
            "id": .string(id), "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
            "arguments": .string(call.arguments), "status": status(isComplete),
        ]
    }

    private static func status(_ isComplete: Bool) -> JSONValue { isComplete ? "completed" : "in_progress" }

    private static func usage(_ usage: Usage) -> JSONValue {
        // The report is written once, for all endpoints.
        var own: [UInt8] = []
        own.json("{")
        usage.appendThinking(to: &own)
        own.json("}")
        var members: JSONObject = [
            "input_tokens": .integer(Int64(usage.promptTokens)),
            "input_tokens_details": ["cached_tokens": .integer(Int64(usage.cachedTokens))],
            "output_tokens": .integer(Int64(usage.completion.completion)),
            "output_tokens_details": ["reasoning_tokens": .integer(Int64(usage.completion.reasoning))],
            "total_tokens": .integer(Int64(usage.totalTokens)),
        ]
        for (name, value) in (try? JSONValue(parsing: own))?.object ?? JSONObject() { members[name] = value }
        // Parsing would take the money's digits for a binary fraction.
        for (name, value) in usage.charge.members { members[name] = value }
        return .object(members)
    }
}
