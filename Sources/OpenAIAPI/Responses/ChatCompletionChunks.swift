/// Encodes the events of a streamed chat completion, each a JSON document of its own.
///
/// What all chunks of a stream share is encoded once. Framing them as server-sent events is the HTTP room's work; after
/// the last one goes `[DONE]`.
package struct ChatCompletionChunks: Sendable {
    /// The data of the event that ends a stream.
    package static let done = Array("[DONE]".utf8)

    /// Whether the stream ends with a usage chunk.
    package let includesUsage: Bool
    /// What the next chunks say of the usage so far, if the client wants to hear of it.
    package var runningUsage: RunningUsage?
    private let choiceCount: Int
    private let thought: ThoughtDelivery
    /// From the opening brace to the bracket that opens `choices`.
    private let prefix: [UInt8]

    /// - Parameters:
    ///   - identity: What every chunk repeats.
    ///   - includesUsage: Whether the stream ends with a usage chunk; the others then say `"usage":null`.
    ///   - choiceCount: The request's `n`.
    ///   - thought: In which fields the thought is told.
    package init(
        identity: CompletionIdentity,
        includesUsage: Bool,
        choiceCount: Int,
        thought: ThoughtDelivery = .both
    ) {
        self.thought = thought
        self.includesUsage = includesUsage
        self.choiceCount = choiceCount
        var bytes: [UInt8] = []
        bytes.json("{")
        identity.append(object: "chat.completion.chunk", to: &bytes)
        bytes.json(#","choices":["#)
        prefix = bytes
    }

    /// The first chunk of a choice.
    package func role(choice: Int, to bytes: inout [UInt8]) {
        open(choice, to: &bytes)
        bytes.json(#""role":"assistant","content":"""#)
        close(to: &bytes)
    }

    /// A piece of the answer.
    package func content(
        _ text: String,
        choice: Int,
        details: TokenDetails = TokenDetails(),
        to bytes: inout [UInt8]
    ) {
        open(choice, to: &bytes)
        bytes.json(#""content":"#)
        bytes.json(string: text)
        close(details, to: &bytes)
    }

    /// A piece of the thought, under the names that the client reads.
    package func reasoning(
        _ text: String,
        choice: Int,
        details: TokenDetails = TokenDetails(),
        to bytes: inout [UInt8]
    ) {
        open(choice, to: &bytes)
        for (index, name) in thought.fieldNames.enumerated() {
            bytes.json(index == 0 ? "\"" : ",\"")
            bytes.json(name)
            bytes.json("\":")
            bytes.json(string: text)
        }
        close(details, to: &bytes)
    }

    /// The beginning of a call: its id and name are told once. The older form knows one call, without an id.
    package func toolCall(_ call: ToolCall, index: Int, choice: Int, isLegacy: Bool, to bytes: inout [UInt8]) {
        open(choice, to: &bytes)
        if isLegacy {
            bytes.json(#""function_call":"#)
            call.appendFunction(to: &bytes)
        } else {
            bytes.json(#""tool_calls":[{"index":"#)
            bytes.json(index)
            bytes.json(#","id":"#)
            bytes.json(string: call.id)
            bytes.json(#","type":"function","function":"#)
            call.appendFunction(to: &bytes)
            bytes.json("}]")
        }
        close(to: &bytes)
    }

    /// More of a call's arguments.
    package func arguments(_ text: String, index: Int, choice: Int, isLegacy: Bool, to bytes: inout [UInt8]) {
        open(choice, to: &bytes)
        if isLegacy {
            bytes.json(#""function_call":{"arguments":"#)
            bytes.json(string: text)
            bytes.json("}")
        } else {
            bytes.json(#""tool_calls":[{"index":"#)
            bytes.json(index)
            bytes.json(#","function":{"arguments":"#)
            bytes.json(string: text)
            bytes.json("}}]")
        }
        close(to: &bytes)
    }

    /// The last chunk of a choice; with several choices it tells the choice's own tokens.
    package func finish(
        _ reason: FinishReason,
        tokens: ChoiceTokens,
        choice: Int,
        details: TokenDetails = TokenDetails(),
        to bytes: inout [UInt8]
    ) {
        open(choice, to: &bytes)
        bytes.json(#"},"finish_reason":"#)
        bytes.json(string: reason.rawValue)
        details.append(to: &bytes)
        if choiceCount > 1 {
            bytes.json(#","thinking":{"#)
            tokens.append(to: &bytes)
            bytes.json("}")
        }
        bytes.json("}")
        closeChunk(to: &bytes)
    }

    /// The chunk after the last choice's, without choices.
    ///
    /// - Precondition: The stream includes usage.
    package func usage(_ usage: Usage, to bytes: inout [UInt8]) {
        precondition(includesUsage, "a stream has a usage chunk only if it was asked for")
        bytes.append(contentsOf: prefix)
        bytes.json(#"],"usage":"#)
        usage.append(to: &bytes)
        bytes.json("}")
    }

    private func open(_ choice: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: prefix)
        bytes.json(#"{"index":"#)
        bytes.json(choice)
        bytes.json(#","delta":{"#)
    }

    /// What closes a chunk that has a choice.
    private func closeChunk(to bytes: inout [UInt8]) {
        if let runningUsage {
            bytes.json(#"],"usage":"#)
            runningUsage.append(to: &bytes)
            bytes.json("}")
        } else {
            bytes.json(includesUsage ? #"],"usage":null}"# : "]}")
        }
    }

    private func close(_ details: TokenDetails = TokenDetails(), to bytes: inout [UInt8]) {
        bytes.json(#"},"finish_reason":null"#)
        details.append(to: &bytes)
        bytes.json("}")
        closeChunk(to: &bytes)
    }
}
