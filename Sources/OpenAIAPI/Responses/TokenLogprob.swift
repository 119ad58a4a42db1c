package import OrderedJSON

/// A token with the logarithm of its probability, and the likeliest tokens in its place.
package struct TokenLogprob: Sendable, Equatable {
    package var bytes: [UInt8]
    package var logprob: Float
    package var top: [TokenLogprob]

    package init(bytes: [UInt8], logprob: Float, top: [TokenLogprob] = []) {
        self.bytes = bytes
        self.logprob = logprob
        self.top = top
    }

    func append(isAlternative: Bool = false, to json: inout [UInt8]) {
        json.json(#"{"token":"#)
        json.json(string: String(decoding: bytes, as: UTF8.self))
        json.json(#","logprob":"#)
        json.json(logprob: logprob)
        json.json(#","bytes":"#)
        json.json(bytes.lazy.map(Int.init))
        if !isAlternative {
            json.json(#","top_logprobs":["#)
            for (index, alternative) in top.enumerated() {
                if index > 0 { json.json(",") }
                alternative.append(isAlternative: true, to: &json)
            }
            json.json("]")
        }
        json.json("}")
    }

    /// The same as a value, with the alternatives.
    package var json: JSONValue {
        var members = single
        members["top_logprobs"] = .array(top.map { .object($0.single) })
        return .object(members)
    }

    private var single: JSONObject {
        [
            "token": .string(String(decoding: bytes, as: UTF8.self)), "logprob": .decimal(logprob.logprobText),
            "bytes": .array(bytes.map { .integer(Int64($0)) }),
        ]
    }
}

/// The log-probabilities of a choice or of a piece of it.
///
/// `content` has the tokens of the answer, as OpenAI has them; the tokens of a thought stand beside it.
package struct ChoiceLogprobs: Sendable, Equatable {
    package var content: [TokenLogprob] = []
    package var reasoning: [TokenLogprob] = []

    package init() {}

    func append(to json: inout [UInt8]) {
        json.json(#"{"content":"#)
        Self.append(content, to: &json)
        json.json(#","refusal":null"#)
        if !reasoning.isEmpty {
            json.json(#","reasoning":"#)
            Self.append(reasoning, to: &json)
        }
        json.json("}")
    }

    private static func append(_ tokens: [TokenLogprob], to json: inout [UInt8]) {
        json.json("[")
        for (index, token) in tokens.enumerated() {
            if index > 0 { json.json(",") }
            token.append(to: &json)
        }
        json.json("]")
    }
}

/// What is told of a choice's tokens beside its text.
package struct TokenDetails: Sendable, Equatable {
    package var logprobs: ChoiceLogprobs?
    /// All tokens behind the prompt, forced and stop tokens too: as many as `completion_tokens`.
    package var tokenIDs: [Int]?

    package init(logprobs: ChoiceLogprobs? = nil, tokenIDs: [Int]? = nil) {
        self.logprobs = logprobs
        self.tokenIDs = tokenIDs
    }

    /// Whether no token is told of.
    package var isEmpty: Bool {
        (logprobs.map { $0.content.isEmpty && $0.reasoning.isEmpty } ?? true) && tokenIDs?.isEmpty ?? true
    }

    package mutating func append(_ other: TokenDetails) {
        if let more = other.logprobs {
            logprobs = logprobs ?? ChoiceLogprobs()
            logprobs?.content += more.content
            logprobs?.reasoning += more.reasoning
        }
        if let more = other.tokenIDs { tokenIDs = (tokenIDs ?? []) + more }
    }

    /// Appends `,"logprobs":…` and, if asked for, `,"token_ids":…`.
    func append(to json: inout [UInt8]) {
        json.json(#","logprobs":"#)
        if let logprobs { logprobs.append(to: &json) } else { json.json("null") }
        if let tokenIDs {
            json.json(#","token_ids":"#)
            json.json(tokenIDs)
        }
    }
}
