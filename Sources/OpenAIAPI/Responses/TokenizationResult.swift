/// The bodies that answer `/tokenize`, `/detokenize` and `/v1/chat/completions/render`.
package enum TokenizationResult {
    /// `{"tokens","count","max_model_len"}`.
    package static func tokens(_ tokens: [Int32], maxModelLength: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.json(#"{"tokens":"#)
        bytes.json(tokens.lazy.map(Int.init))
        bytes.json(#","count":"#)
        bytes.json(tokens.count)
        bytes.json(#","max_model_len":"#)
        bytes.json(maxModelLength)
        bytes.json("}")
        return bytes
    }

    /// `{"prompt"}`.
    package static func text(_ prompt: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.json(#"{"prompt":"#)
        bytes.json(string: prompt)
        bytes.json("}")
        return bytes
    }

    /// `{"prompt","token_ids","prompt_tokens"}`.
    package static func rendering(prompt: String, tokens: [Int32]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.json(#"{"prompt":"#)
        bytes.json(string: prompt)
        bytes.json(#","token_ids":"#)
        bytes.json(tokens.lazy.map(Int.init))
        bytes.json(#","prompt_tokens":"#)
        bytes.json(tokens.count)
        bytes.json("}")
        return bytes
    }
}
