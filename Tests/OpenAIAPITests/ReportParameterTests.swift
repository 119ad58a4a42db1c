import OpenAIAPI
import OrderedJSON
import Testing

/// What a client wants to be told, and where.
@Suite struct ReportParameterTests {
    @Test(
        "a thought is told where the client reads it; of several fields the one counts that shows least",
        arguments: [
            ("", ThoughtDelivery.both), (#""reasoning_field": "reasoning""#, .reasoning),
            (#""reasoning_field": "reasoning_content""#, .reasoningContent), (#""reasoning_field": "none""#, .hidden),
            (#""separate_reasoning": false"#, .inline), (#""reasoning_format": "raw""#, .inline),
            (#""reasoning_format": "parsed", "reasoning_field": "reasoning""#, .reasoning),
            (#""include_reasoning": false, "separate_reasoning": false"#, .hidden),
            (#""reasoning": {"exclude": true}"#, .hidden), (#""reasoning_format": "hidden""#, .hidden),
            (#""thinking": {"type": "enabled", "display": "omitted"}"#, .hidden),
            (#""reasoning_field": "none", "reasoning_format": "raw""#, .hidden),
        ]
    )
    func thought(members: String, place: ThoughtDelivery) throws {
        #expect(try ChatBody.read(members).options.thought == place)
    }

    @Test("a part of the prefix cache has the name of its salt and its key, and none without them")
    func cachePartition() throws {
        let names = try ["", #""cache_salt": "a""#, #""prompt_cache_key": "a""#, #""cache_salt": "b""#].map {
            try ChatBody.read($0).options.cachePartition
        }
        #expect(names[0].isEmpty && Set(names).count == 4)
        #expect(try ChatBody.read(#""prompt_cache_key": """#).options.cachePartition.isEmpty)
        #expect(try ChatBody.error(#""cache_salt": """#).param == "cache_salt")
    }

    @Test("log-probabilities of the prompt are asked for by themselves, or with an echo")
    func promptLogprobs() throws {
        let reports = try ChatBody.read(#""prompt_logprobs": 3"#).options.reports
        #expect(reports.promptAlternatives == 3 && reports.tellsPromptApart && reports.alternatives == nil)
        #expect(try ChatBody.error(#""prompt_logprobs": 3, "stream": true"#).param == "prompt_logprobs")
        let body = Array(#"{"prompt": "a", "echo": true, "logprobs": 2}"#.utf8)
        let echoed = try CompletionRequest(body: body, vocabularySize: 9).options.reports
        #expect(echoed.promptAlternatives == 2 && echoed.alternatives == 2 && !echoed.tellsPromptApart)
    }

    @Test("headers that look like a bound are 400 with a suggestion, all others pass")
    func headers() throws {
        for name in ["x-max-think-token", "x-think-budget", "x-max-thinking-tokens", "x-thinking-budget"] {
            #expect { try ThinkingHeader.check([name]) } throws: { error in
                let error = error as? APIError
                return error?.status == 400 && error?.param == name
                    && error?.message.contains("'x-max-think-tokens'") == true
            }
        }
        #expect(throws: APIError.self) { try ThinkingHeader.check(["x-max-cost"]) }
        #expect(throws: APIError.self) { try ThinkingHeader.check(["x-max-tokens"]) }
        try ThinkingHeader.check([
            "host", "x-max-think-tokens", "max-forwards", "x-stainless-retry-count", "x-stainless-read-timeout",
            "x-request-timeout", "authorization", "anthropic-version", "idempotency-key", "priority", "x-request-id",
            "x-forwarded-for", "content-length", "accept-encoding", "user-agent", "traceparent", "x-api-key",
        ])
    }

    @Test("columns of log-probabilities have one line a token, and every name once")
    func columns() throws {
        let tokens = [
            CompletionLogprobs.Token(bytes: Array("a".utf8), logprob: nil, top: [], offset: 0),
            CompletionLogprobs.Token(
                bytes: [0xE2, 0x82],
                logprob: -1.5,
                top: [TokenLogprob(bytes: Array("b".utf8), logprob: -0.5)],
                offset: 1
            ),
        ]
        var choice = TextCompletion.Choice(index: 0, text: "a")
        choice.logprobs = CompletionLogprobs(tokens: tokens)
        choice.tokenIDs = [5, 7]
        choice.promptLogprobs = [
            PromptLogprob(candidates: []),
            PromptLogprob(candidates: [.init(token: 7, bytes: Array("x".utf8), logprob: -2, rank: 4)]),
        ]
        let encoder = TextCompletion(identity: CompletionIdentity(id: "c", created: 1, model: "m"))
        var bytes: [UInt8] = []
        encoder.append([choice], usage: nil, to: &bytes)
        let expected: JSONValue = [
            "tokens": ["a", "bytes:\\xe2\\x82"], "token_logprobs": [nil, -1.5],
            "top_logprobs": [nil, ["b": -0.5, "bytes:\\xe2\\x82": -1.5]], "text_offset": [0, 1],
        ]
        let written = try JSONValue(parsing: bytes)["choices"]?.array?[0]
        #expect(written?["logprobs"] == expected)
        #expect(written?["token_ids"] == [5, 7])
        #expect(
            written?["prompt_logprobs"] == [nil, ["7": ["logprob": -2.0, "rank": 4, "decoded_token": "x"]]]
        )
    }
}
