import OpenAIAPI
import OrderedJSON
import Testing

/// What is written parses, and holds every field.
@Suite struct ResponseTests {
    private let identity = CompletionIdentity(id: "chatcmpl-1", created: 17, model: "m\"x", systemFingerprint: "fp")
    private let text = "a\"\\\n\u{1}é😀\u{2028}</think>"
    private let bound = Usage.Bound(isEnabled: true, tokens: 9, source: "max_think_tokens")

    private func tokens(_ reasoning: Int, _ forced: Int, _ answer: Int, _ end: ThinkingEnding) -> ChoiceTokens {
        ChoiceTokens(
            reasoning: reasoning,
            forced: forced,
            answer: answer,
            completion: reasoning + forced + answer,
            endedBy: end
        )
    }

    private func completion(
        _ identity: CompletionIdentity,
        _ choices: [ChatCompletion.Choice],
        promptTokens: Int,
        cachedTokens: Int = 0,
        bound: Usage.Bound
    ) -> ChatCompletion {
        ChatCompletion(
            identity: identity,
            choices: choices,
            usage: Usage(
                promptTokens: promptTokens,
                cachedTokens: cachedTokens,
                bound: bound,
                choices: choices.map(\.tokens)
            )
        )
    }

    @Test("a completion has every field")
    func completion() throws {
        let body = completion(
            identity,
            [.init(reasoning: text, content: text, finishReason: .length, tokens: tokens(4, 2, 3, .budget))],
            promptTokens: 10,
            cachedTokens: 6,
            bound: bound
        ).body
        let expected: JSONValue = [
            "id": "chatcmpl-1", "object": "chat.completion", "created": 17, "model": "m\"x", "system_fingerprint": "fp",
            "service_tier": "default",
            "choices": [
                [
                    "index": 0,
                    "message": [
                        "role": "assistant", "content": .string(text), "refusal": nil,
                        "reasoning_content": .string(text), "reasoning": .string(text),
                    ],
                    "finish_reason": "length", "logprobs": nil,
                ]
            ],
            "usage": [
                "prompt_tokens": 10, "completion_tokens": 9, "total_tokens": 19,
                "prompt_tokens_details": ["cached_tokens": 6], "completion_tokens_details": ["reasoning_tokens": 4],
                "thinking": [
                    "enabled": true, "budget": 9, "budget_source": "max_think_tokens", "used": 4, "forced_tokens": 2,
                    "answer_tokens": 3, "ended_by": "budget",
                ],
            ],
        ]
        #expect(try JSONValue(parsing: body) == expected)
    }

    @Test("without a thought the message has no fields for one, and an empty answer is a string")
    func withoutThought() throws {
        let body = completion(
            CompletionIdentity(id: "i", created: 1, model: "m"),
            [.init(reasoning: "", content: "", finishReason: .stop, tokens: tokens(0, 0, 1, .disabled))],
            promptTokens: 1,
            bound: Usage.Bound(isEnabled: false, tokens: nil, source: "server_default")
        ).body
        let value = try JSONValue(parsing: body)
        #expect(value["system_fingerprint"] == .null)
        let message = try #require(value["choices"]?.array?.first?["message"])
        #expect(message == ["role": "assistant", "content": "", "refusal": nil])
        let thinking = try #require(value["usage"]?["thinking"])
        #expect(thinking["budget"] == .null && thinking["enabled"] == false && thinking["ended_by"] == "disabled")
    }

    @Test("several choices are summed, and each has a report of its own")
    func choices() throws {
        let all = [tokens(4, 2, 3, .natural), tokens(0, 0, 5, .disabled), tokens(9, 1, 1, .budget)]
        let several = completion(
            identity,
            all.map { .init(reasoning: "t", content: "c", finishReason: .stop, tokens: $0) },
            promptTokens: 10,
            bound: bound
        )
        let value = try JSONValue(parsing: several.body)
        let thinking = try #require(value["usage"]?["thinking"])
        #expect(thinking["used"] == 13 && thinking["forced_tokens"] == 3 && thinking["answer_tokens"] == 9)
        #expect(thinking["ended_by"] == "natural" && value["usage"]?["completion_tokens"] == 25)
        let written = try #require(value["choices"]?.array)
        #expect(written.map { $0["index"] } == [0, 1, 2])
        #expect(written.map { $0["thinking"]?["ended_by"] } == ["natural", "disabled", "budget"])
        #expect(written[2]["thinking"] == ["used": 9, "forced_tokens": 1, "answer_tokens": 1, "ended_by": "budget"])
    }

    /// Encodes one chunk and takes its common members apart from its choices.
    private func chunk(
        usage: Bool = false,
        choices: Int = 1,
        _ write: (ChatCompletionChunks, inout [UInt8]) -> Void
    ) throws -> JSONValue {
        var bytes: [UInt8] = []
        write(ChatCompletionChunks(identity: identity, includesUsage: usage, choiceCount: choices), &bytes)
        let value = try JSONValue(parsing: bytes)
        #expect(value["id"] == "chatcmpl-1" && value["object"] == "chat.completion.chunk" && value["created"] == 17)
        #expect(value["model"] == "m\"x" && value["system_fingerprint"] == "fp" && value["service_tier"] == "default")
        #expect(value.object?["usage"] == (usage ? .some(value["usage"] ?? .null) : nil))
        #expect(value.object?.count == (usage ? 8 : 7))
        return value
    }

    @Test("chunks of every kind are whole documents", arguments: [false, true])
    func chunks(usage: Bool) throws {
        func choice(_ delta: JSONValue, _ reason: JSONValue = nil) -> JSONValue {
            [["index": 0, "delta": delta, "finish_reason": reason, "logprobs": nil]]
        }
        let text = self.text
        let role = try chunk(usage: usage) { $0.role(choice: 0, to: &$1) }
        #expect(role["choices"] == choice(["role": "assistant", "content": ""]))
        let content = try chunk(usage: usage) { $0.content(text, choice: 0, to: &$1) }
        #expect(content["choices"] == choice(["content": .string(text)]))
        let thought = try chunk(usage: usage) { $0.reasoning(text, choice: 0, to: &$1) }
        #expect(thought["choices"] == choice(["reasoning_content": .string(text), "reasoning": .string(text)]))
        let counted = tokens(1, 1, 1, .natural)
        let finish = try chunk(usage: usage) { $0.finish(.length, tokens: counted, choice: 0, to: &$1) }
        #expect(finish["choices"] == choice([:], "length"))
        for value in [role, content, thought, finish] { #expect(value["usage"] == (usage ? .null : nil)) }
    }

    @Test("the finish chunk of several choices has the choice's own report")
    func finishOfSeveral() throws {
        let counted = tokens(1, 2, 3, .reserve)
        let finish = try chunk(choices: 3) { $0.finish(.stop, tokens: counted, choice: 2, to: &$1) }
        let choice = try #require(finish["choices"]?.array?.first)
        #expect(choice["index"] == 2 && choice["finish_reason"] == "stop")
        #expect(choice["thinking"] == ["used": 1, "forced_tokens": 2, "answer_tokens": 3, "ended_by": "reserve"])
    }

    @Test("the usage chunk has no choices and the same usage as a body")
    func usageChunk() throws {
        let usage = Usage(promptTokens: 10, bound: bound, choices: [tokens(1, 0, 2, .natural)])
        let value = try chunk(usage: true) { $0.usage(usage, to: &$1) }
        var bytes: [UInt8] = []
        usage.append(to: &bytes)
        let alone = try JSONValue(parsing: bytes)
        #expect(value["choices"] == [] && value["usage"] == alone)
        #expect(value["usage"]?["total_tokens"] == 13)
    }

    @Test("a stream's error is the same document as a body's")
    func streamError() throws {
        var bytes: [UInt8] = []
        APIError.interrupted.append(to: &bytes)
        #expect(bytes == APIError.interrupted.body)
        #expect(ChatCompletionChunks.done == Array("[DONE]".utf8))
    }

    @Test("a token that belongs to no phase stops the server")
    func invariant() async {
        await #expect(processExitsWith: .failure) {
            _ = ChoiceTokens(reasoning: 1, forced: 1, answer: 1, completion: 4, endedBy: .natural)
        }
        await #expect(processExitsWith: .failure) {
            _ = ChoiceTokens(reasoning: -1, forced: 1, answer: 1, completion: 1, endedBy: .natural)
        }
        await #expect(processExitsWith: .failure) {
            let bound = Usage.Bound(isEnabled: false, tokens: nil, source: "message")
            let counted = ChoiceTokens(reasoning: 0, forced: 0, answer: 1, completion: 1, endedBy: .disabled)
            _ = Usage(promptTokens: 1, cachedTokens: 2, bound: bound, choices: [counted])
        }
    }

    @Test("models, tokens, texts, renderings and health are written")
    func others() throws {
        let model = ModelDescription(id: "m\"", created: 5, ownedBy: "o", maxModelLength: 4096)
        let written: JSONValue = [
            "id": "m\"", "object": "model", "created": 5, "owned_by": "o", "root": "m\"", "max_model_len": 4096,
        ]
        #expect(try JSONValue(parsing: model.body) == written)
        #expect(try JSONValue(parsing: ModelDescription.list([])) == ["object": "list", "data": []])
        let list = try JSONValue(parsing: ModelDescription.list([model, model]))
        #expect(list == ["object": "list", "data": [written, written]])
        #expect(
            try JSONValue(parsing: TokenizationResult.tokens([5, 0], maxModelLength: 9))
                == ["tokens": [5, 0], "count": 2, "max_model_len": 9]
        )
        #expect(try JSONValue(parsing: TokenizationResult.tokens([], maxModelLength: 9))["tokens"] == [])
        #expect(try JSONValue(parsing: TokenizationResult.text(text)) == ["prompt": .string(text)])
        #expect(
            try JSONValue(parsing: TokenizationResult.rendering(prompt: text, tokens: [7]))
                == ["prompt": .string(text), "token_ids": [7], "prompt_tokens": 1]
        )
        #expect(try JSONValue(parsing: HealthReport.ok) == ["status": "ok"])
    }
}
