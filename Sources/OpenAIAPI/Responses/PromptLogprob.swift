/// What is told of a token of the prompt: how likely it was behind those before it.
package struct PromptLogprob: Sendable, Equatable {
    /// The token itself, or one that might have stood in its place.
    package struct Candidate: Sendable, Equatable {
        package var token: Int
        package var bytes: [UInt8]
        package var logprob: Float
        /// 1 is the likeliest.
        package var rank: Int

        package init(token: Int, bytes: [UInt8], logprob: Float, rank: Int) {
            self.token = token
            self.bytes = bytes
            self.logprob = logprob
            self.rank = rank
        }
    }

    /// The token itself first; none for the first token of a prompt.
    package var candidates: [Candidate]

    package init(candidates: [Candidate]) { self.candidates = candidates }

    /// Appends an object with a member for each candidate, or `null`.
    private func append(to json: inout [UInt8]) {
        guard !candidates.isEmpty else {
            json.json("null")
            return
        }
        json.json("{")
        for (index, candidate) in candidates.enumerated() {
            json.json(index == 0 ? "\"" : ",\"")
            json.json(candidate.token)
            json.json(#"":{"logprob":"#)
            json.json(logprob: candidate.logprob)
            json.json(#","rank":"#)
            json.json(candidate.rank)
            json.json(#","decoded_token":"#)
            json.json(string: String(decoding: candidate.bytes, as: UTF8.self))
            json.json("}")
        }
        json.json("}")
    }

    /// Appends `,"prompt_logprobs":[…]`.
    static func append(_ tokens: [PromptLogprob], to json: inout [UInt8]) {
        json.json(#","prompt_logprobs":["#)
        for (index, token) in tokens.enumerated() {
            if index > 0 { json.json(",") }
            token.append(to: &json)
        }
        json.json("]")
    }
}
