/// Writes Anthropic's answers: a message as a body, and the events of its stream.
package struct MessageEvents: Sendable {
    /// A part of the answer, complete or begun.
    package enum Block: Sendable, Equatable {
        /// Signed when it is complete.
        case thinking(String, isComplete: Bool)
        case text(String)
        case toolUse(ToolCall)
    }

    /// More of a block.
    package enum Delta: Sendable, Equatable {
        case thinking(String)
        /// Ends a thought. Nothing depends on it: thoughts are not read again.
        case signature
        case text(String)
        case input(String)
    }

    private let id: String
    private let model: String

    package init(id: String, model: String) {
        self.id = id
        self.model = model
    }

    /// The whole message; in a stream it begins without blocks.
    package func message(
        _ blocks: [Block],
        ending: ChoiceEnding?,
        usage: Usage?,
        promptTokens: Int,
        to bytes: inout [UInt8]
    ) {
        bytes.json(#"{"id":"#)
        bytes.json(string: id)
        bytes.json(#","type":"message","role":"assistant","model":"#)
        bytes.json(string: model)
        bytes.json(#","content":["#)
        for (index, block) in blocks.enumerated() {
            if index > 0 { bytes.json(",") }
            append(block, to: &bytes)
        }
        bytes.json("],")
        append(ending, to: &bytes)
        bytes.json(#","usage":"#)
        append(usage, promptTokens: promptTokens, to: &bytes)
        bytes.json("}")
    }

    /// The data of `message_start`.
    package func start(promptTokens: Int, to bytes: inout [UInt8]) {
        bytes.json(#"{"type":"message_start","message":"#)
        message([], ending: nil, usage: nil, promptTokens: promptTokens, to: &bytes)
        bytes.json("}")
    }

    /// The data of `content_block_start`; the block is empty.
    package func blockStart(_ index: Int, _ block: Block, to bytes: inout [UInt8]) {
        bytes.json(#"{"type":"content_block_start","index":"#)
        bytes.json(index)
        bytes.json(#","content_block":"#)
        append(block, to: &bytes)
        bytes.json("}")
    }

    /// The data of `content_block_delta`.
    package func blockDelta(_ index: Int, _ delta: Delta, to bytes: inout [UInt8]) {
        bytes.json(#"{"type":"content_block_delta","index":"#)
        bytes.json(index)
        bytes.json(#","delta":{"type":"#)
        switch delta {
        case .thinking(let text):
            bytes.json(#""thinking_delta","thinking":"#)
            bytes.json(string: text)
        case .signature: bytes.json(#""signature_delta","signature":"unsigned""#)
        case .text(let text):
            bytes.json(#""text_delta","text":"#)
            bytes.json(string: text)
        case .input(let json):
            bytes.json(#""input_json_delta","partial_json":"#)
            bytes.json(string: json)
        }
        bytes.json("}}")
    }

    /// The data of `content_block_stop`.
    package func blockStop(_ index: Int, to bytes: inout [UInt8]) {
        bytes.json(#"{"type":"content_block_stop","index":"#)
        bytes.json(index)
        bytes.json("}")
    }

    /// The data of `message_delta`: why it ended, and what it used.
    package func end(_ ending: ChoiceEnding, _ usage: Usage, to bytes: inout [UInt8]) {
        bytes.json(#"{"type":"message_delta","delta":{"#)
        append(ending, to: &bytes)
        bytes.json(#"},"usage":"#)
        append(usage, promptTokens: usage.promptTokens, to: &bytes)
        bytes.json("}")
    }

    private func append(_ block: Block, to bytes: inout [UInt8]) {
        switch block {
        case .thinking(let text, let isComplete):
            bytes.json(#"{"type":"thinking","thinking":"#)
            bytes.json(string: text)
            bytes.json(#","signature":"#)
            bytes.json(string: isComplete ? "unsigned" : "")
        case .text(let text):
            bytes.json(#"{"type":"text","text":"#)
            bytes.json(string: text)
        case .toolUse(let call):
            bytes.json(#"{"type":"tool_use","id":"#)
            bytes.json(string: call.id)
            bytes.json(#","name":"#)
            bytes.json(string: call.name)
            bytes.json(#","input":"#)
            // An answer that was cut off inside its arguments has none.
            bytes.append(contentsOf: call.isComplete ? Array(call.arguments.utf8) : Array("{}".utf8))
        }
        bytes.json("}")
    }

    private func append(_ ending: ChoiceEnding?, to bytes: inout [UInt8]) {
        bytes.json(#""stop_reason":"#)
        bytes.json(string: ending.map(Self.stopReason))
        bytes.json(#","stop_sequence":"#)
        bytes.json(string: ending?.stopString)
    }

    private static func stopReason(_ ending: ChoiceEnding) -> String {
        switch ending.reason {
        case .stop: ending.stopString == nil ? "end_turn" : "stop_sequence"
        case .length: "max_tokens"
        case .toolCalls, .functionCall: "tool_use"
        }
    }

    /// Anthropic counts tokens read from the cache apart.
    private func append(_ usage: Usage?, promptTokens: Int, to bytes: inout [UInt8]) {
        bytes.json(#"{"input_tokens":"#)
        bytes.json(promptTokens - (usage?.cachedTokens ?? 0))
        bytes.json(#","cache_creation_input_tokens":0,"cache_read_input_tokens":"#)
        bytes.json(usage?.cachedTokens ?? 0)
        bytes.json(#","output_tokens":"#)
        bytes.json(usage?.completion.completion ?? 0)
        if let usage {
            bytes.json(#","output_tokens_details":{"thinking_tokens":"#)
            bytes.json(usage.completion.reasoning)
            bytes.json("},")
            usage.appendOwnMembers(to: &bytes)
        }
        bytes.json("}")
    }
}
