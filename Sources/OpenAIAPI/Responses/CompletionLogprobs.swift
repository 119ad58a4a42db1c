/// The log-probabilities of a text completion, in the columns of the older endpoint.
package struct CompletionLogprobs: Sendable, Equatable {
    /// One line of the columns.
    package struct Token: Sendable, Equatable {
        package var bytes: [UInt8]
        /// `nil` for the first token of a prompt and for tokens that were not sampled.
        package var logprob: Float?
        /// The likeliest tokens in its place, likeliest first.
        package var top: [TokenLogprob]
        /// Where it begins in the text, in characters (Unicode scalars).
        package var offset: Int

        package init(bytes: [UInt8], logprob: Float?, top: [TokenLogprob], offset: Int) {
            self.bytes = bytes
            self.logprob = logprob
            self.top = top
            self.offset = offset
        }
    }

    package var tokens: [Token]

    package init(tokens: [Token] = []) { self.tokens = tokens }

    func append(to json: inout [UInt8]) {
        json.json(#"{"tokens":"#)
        Self.append(tokens, to: &json) { $1.json(string: Self.text($0.bytes)) }
        json.json(#","token_logprobs":"#)
        Self.append(tokens, to: &json) { Self.append($0.logprob, to: &$1) }
        json.json(#","top_logprobs":"#)
        Self.append(tokens, to: &json) { Self.appendTop($0, to: &$1) }
        json.json(#","text_offset":"#)
        json.json(tokens.lazy.map(\.offset))
        json.json("}")
    }

    private static func append(
        _ tokens: [Token],
        to json: inout [UInt8],
        _ write: (Token, inout [UInt8]) -> Void
    ) {
        json.json("[")
        for (index, token) in tokens.enumerated() {
            if index > 0 { json.json(",") }
            write(token, &json)
        }
        json.json("]")
    }

    private static func append(_ logprob: Float?, to json: inout [UInt8]) {
        if let logprob { json.json(logprob: logprob) } else { json.json("null") }
    }

    /// The token itself is always among them, so there may be one more than was asked for.
    private static func appendTop(_ token: Token, to json: inout [UInt8]) {
        guard let own = token.logprob else {
            json.json("null")
            return
        }
        let isListed = token.top.contains { $0.bytes == token.bytes }
        let listed = token.top + (isListed ? [] : [TokenLogprob(bytes: token.bytes, logprob: own)])
        var names: Set<String> = []
        json.json("{")
        for candidate in listed where names.insert(text(candidate.bytes)).inserted {
            if names.count > 1 { json.json(",") }
            json.json(string: text(candidate.bytes))
            json.json(":")
            json.json(logprob: candidate.logprob)
        }
        json.json("}")
    }

    /// Bytes that are no text by themselves are written out, so that two such tokens keep two names.
    private static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return bytes.reduce(into: "bytes:") { text, byte in
            let digits = String(byte, radix: 16)
            text += "\\x" + (digits.count == 1 ? "0" : "") + digits
        }
    }
}
