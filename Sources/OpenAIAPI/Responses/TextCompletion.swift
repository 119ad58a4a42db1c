/// Writes the answers of `POST /v1/completions`, as a body or as the chunks of a stream.
package struct TextCompletion: Sendable {
    /// One of the answers, or a piece of one.
    package struct Choice: Sendable, Equatable {
        package var index: Int
        package var text: String
        package var finishReason: FinishReason?
        /// `nil` if nobody asked.
        package var logprobs: CompletionLogprobs?
        /// All tokens behind the prompt, if they were asked for.
        package var tokenIDs: [Int]?
        /// Those of the prompt, if they were asked for.
        package var promptLogprobs: [PromptLogprob]?

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
    ///
    /// - Parameters:
    ///   - choices: The answers, or a piece of one.
    ///   - usage: What they used in all, once that is known.
    ///   - running: What they have used until this chunk, if the client wants to hear of it.
    ///   - bytes: Where it is appended.
    package func append(
        _ choices: [Choice],
        usage: Usage?,
        running: RunningUsage? = nil,
        to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: prefix)
        for (place, choice) in choices.enumerated() {
            if place > 0 { bytes.json(",") }
            bytes.json(#"{"index":"#)
            bytes.json(choice.index)
            bytes.json(#","text":"#)
            bytes.json(string: choice.text)
            bytes.json(#","logprobs":"#)
            if let logprobs = choice.logprobs { logprobs.append(to: &bytes) } else { bytes.json("null") }
            bytes.json(#","finish_reason":"#)
            bytes.json(string: choice.finishReason?.rawValue)
            if let tokenIDs = choice.tokenIDs {
                bytes.json(#","token_ids":"#)
                bytes.json(tokenIDs)
            }
            if let prompt = choice.promptLogprobs { PromptLogprob.append(prompt, to: &bytes) }
            bytes.json("}")
        }
        bytes.json("]")
        if let usage {
            bytes.json(#","usage":"#)
            usage.append(to: &bytes)
        } else if let running {
            bytes.json(#","usage":"#)
            running.append(to: &bytes)
        }
        bytes.json("}")
    }
}
