/// Writes the answers of `POST /v1/completions`, as a body or as the chunks of a stream.
package struct TextCompletion: Sendable {
    /// One of the answers, or a piece of one.
    package struct Choice: Sendable, Equatable {
        package var index: Int
        package var text: String
        package var finishReason: FinishReason?

        package init(index: Int, text: String, finishReason: FinishReason? = nil) {
            self.index = index
            self.text = text
            self.finishReason = finishReason
        }
    }

    private let prefix: [UInt8]

    package init(identity: CompletionIdentity) {
        var bytes: [UInt8] = []
        bytes.json("{")
        identity.append(object: "text_completion", to: &bytes)
        bytes.json(#","choices":["#)
        prefix = bytes
    }

    /// Appends a body, a chunk, or, without choices, the chunk that tells the usage.
    package func append(_ choices: [Choice], usage: Usage?, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: prefix)
        for (place, choice) in choices.enumerated() {
            if place > 0 { bytes.json(",") }
            bytes.json(#"{"index":"#)
            bytes.json(choice.index)
            bytes.json(#","text":"#)
            bytes.json(string: choice.text)
            bytes.json(#","logprobs":null,"finish_reason":"#)
            bytes.json(string: choice.finishReason?.rawValue)
            bytes.json("}")
        }
        bytes.json("]")
        if let usage {
            bytes.json(#","usage":"#)
            usage.append(to: &bytes)
        }
        bytes.json("}")
    }
}
