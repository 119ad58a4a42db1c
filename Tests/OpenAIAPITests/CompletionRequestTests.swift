import OpenAIAPI
import OrderedJSON
import Testing

/// The body and the answer of `/v1/completions`.
@Suite struct CompletionRequestTests {
    private func read(_ body: String) throws -> CompletionRequest {
        try CompletionRequest(body: Array(body.utf8), vocabularySize: 100)
    }

    @Test("a prompt is a text, tokens, or several of these")
    func prompts() throws {
        #expect(try read(#"{"prompt": "a"}"#).prompts == [.text("a")])
        #expect(try read(#"{"prompt": ["a", "b"]}"#).prompts == [.text("a"), .text("b")])
        #expect(try read(#"{"prompt": [1, 99]}"#).prompts == [.tokens([1, 99])])
        #expect(try read(#"{"prompt": [[1], "b", [2, 3]]}"#).prompts == [.tokens([1]), .text("b"), .tokens([2, 3])])
    }

    @Test("options are those of a chat")
    func options() throws {
        let request = try read(
            #"{"prompt": "a", "n": 2, "best_of": 2, "echo": true, "max_tokens": 5, "add_special_tokens": false}"#
        )
        #expect(request.options.choiceCount == 2 && request.echoesPrompt && request.options.maxCompletionTokens == 5)
        #expect(!request.addsSpecialTokens)
    }

    @Test(
        "faults are named",
        arguments: [
            ("{}", "prompt"), (#"{"prompt": []}"#, "prompt"), (#"{"prompt": [1, "a"]}"#, "prompt"),
            (#"{"prompt": [100]}"#, "prompt[0]"), (#"{"prompt": [[]]}"#, "prompt[0]"), (#"{"prompt": 5}"#, "prompt"),
            (#"{"prompt": "a", "suffix": "b"}"#, "suffix"), (#"{"prompt": "a", "best_of": 2}"#, "best_of"),
            (#"{"prompt": "a", "messages": []}"#, "messages"), (#"{"prompt": "a", "logprobs": 21}"#, "logprobs"),
            (#"{"prompt": "a", "temperature": 3}"#, "temperature"), (#"{"prompt": "a", "max_token": 3}"#, "max_token"),
        ]
    )
    func faults(body: String, param: String) {
        #expect { try read(body) } throws: { ($0 as? APIError)?.param == param }
    }

    @Test("too many prompts are refused")
    func count() {
        let prompts = Array(repeating: #""a""#, count: 129).joined(separator: ",")
        #expect(throws: APIError.self) { try read(#"{"prompt": [\#(prompts)]}"#) }
    }

    @Test("what is written parses, and holds every field")
    func answer() throws {
        let encoder = TextCompletion(identity: CompletionIdentity(id: "cmpl-1", created: 17, model: "m"))
        var bytes: [UInt8] = []
        encoder.append(
            [.init(index: 0, text: "a\"", finishReason: .length), .init(index: 1, text: "")],
            usage: nil,
            to: &bytes
        )
        let expected: JSONValue = [
            "id": "cmpl-1", "object": "text_completion", "created": 17, "model": "m", "system_fingerprint": nil,
            "service_tier": "default",
            "choices": [
                ["index": 0, "text": "a\"", "logprobs": nil, "finish_reason": "length"],
                ["index": 1, "text": "", "logprobs": nil, "finish_reason": nil],
            ],
        ]
        #expect(try JSONValue(parsing: bytes) == expected)
    }
}
