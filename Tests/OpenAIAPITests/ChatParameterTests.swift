import OpenAIAPI
import OrderedJSON
import Testing

/// What the fields that work take and what they refuse.
@Suite struct ChatParameterTests {
    /// Values as JSON text: what is taken and what is not.
    private static let bounds: [(name: String, valid: [String], invalid: [String])] = [
        ("model", [#""m""#], [#""""#, "1", "[]", "\"\(String(repeating: "x", count: 513))\""]),
        ("stream", ["true", "false"], ["1", #""true""#, "[]"]),
        ("temperature", ["0", "0.0", "1", "1.5", "2", "2e0"], ["-0.1", "2.1", "3", #""1""#, "true", "[1]"]),
        ("top_p", ["0.001", "0.5", "1", "1.0"], ["0", "0.0", "-1", "1.01", #""1""#, "false"]),
        ("top_k", ["-1", "0", "40", "2147483647"], ["-2", "1.5", "40.0", "2147483648", #""40""#, "true"]),
        (
            "seed", ["0", "-1", "9223372036854775807", "-9223372036854775808"],
            ["9223372036854775808", "1.0", #""7""#, "true", "{}"]
        ),
        ("n", ["1", "2", "16"], ["0", "-1", "17", "129", "1.0", "1e0", #""1""#, "true"]),
        ("max_tokens", ["1", "2147483647"], ["0", "-1", "2147483648", "1e3", "5.0", #""5""#, "true"]),
        ("max_completion_tokens", ["1", "2147483647"], ["0", "-1", "2147483648", "1e3", "5.0", #""5""#, "true"]),
        (
            "stop",
            [#""x""#, "[]", #"["a"]"#, "[" + Array(repeating: #""a""#, count: 16).joined(separator: ",") + "]"],
            [
                #""""#, #"["a", ""]"#, "[1]", "[null]", "5", "{}", "true",
                "[" + Array(repeating: #""a""#, count: 17).joined(separator: ",") + "]",
                "\"\(String(repeating: "x", count: 1025))\"",
            ]
        ),
        ("min_answer_tokens", ["1", "2147483647"], ["0", "-1", "1.0", #""1""#, "true", "2147483648"]),
        ("think_grace", ["0", "50"], ["-1", "0.5", #""1""#, "false"]),
        (
            "think_close_text", [#""""#, #"" Enough.</think>""#],
            ["1", "[]", "true", "\"\(String(repeating: "x", count: 4097))\""]
        ),
        ("user", [#""u""#], ["1", "{}"]),
        ("metadata", [#"{"max_cost": "free text"}"#], ["1", "[]"]),
        ("store", ["false", "true"], [#""no""#]),
        ("verbosity", [#""low""#], [#""loud""#, "1"]),
        ("messages", [], ["5", #""hi""#, "{}", "true", "[]", "[5]", "[null]", "[[]]"]),
        ("stream_options", [], ["true", #""x""#, "[]"]),
    ]

    @Test("what is allowed is taken, null is the same as absent", arguments: bounds.map(\.name))
    func valid(name: String) throws {
        let row = try #require(Self.bounds.first { $0.name == name })
        for value in row.valid + (name == "messages" ? [] : ["null"]) {
            #expect(throws: Never.self, "\(name): \(value)") { try ChatBody.read("\"\(name)\": \(value)") }
        }
    }

    @Test("what is not allowed is 400 and names the field", arguments: bounds.map(\.name))
    func invalid(name: String) throws {
        let row = try #require(Self.bounds.first { $0.name == name })
        for value in row.invalid {
            let body = name == "messages" ? ChatBody.bytes(messages: value) : ChatBody.bytes("\"\(name)\": \(value)")
            let error = try ChatBody.error(body)
            #expect(error.status == 400 && error.type == .invalidRequest)
            #expect(error.param?.hasPrefix(name) == true, "\(name): \(value) blamed \(error.param ?? "nobody")")
            #expect(error.message.contains("must") || error.message.contains("may be at most"), "\(error.message)")
        }
    }

    @Test("errors say what is allowed and what was sent")
    func wording() throws {
        #expect(
            try ChatBody.error(#""temperature": 3"#).message == "'temperature' must be a number from 0 to 2, but was 3."
        )
        #expect(
            try ChatBody.error(#""top_p": "1""#).message
                == "'top_p' must be a number above 0 and at most 1, but was '1'."
        )
        #expect(try ChatBody.error(#""temperature": 3"#).code == "invalid_value")
        #expect(try ChatBody.error(#""top_p": "1""#).code == "invalid_type")
        #expect(try ChatBody.error(#""n": 17"#).message.contains("at most 16"))
        #expect(
            try ChatBody.error(#""stop": 5"#).message
                == "'stop' must be a string of 1 to 1024 bytes or an array of at most 16 elements, but was 5."
        )
    }

    @Test("everything that works arrives in the request")
    func request() throws {
        let request = try ChatBody.read(
            #"""
            "model": "m", "stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false},
            "temperature": 0.25, "top_p": 1, "top_k": 40, "seed": -7, "stop": ["a", "\n"], "n": 3,
            "max_completion_tokens": 100, "max_tokens": 100, "max_think_tokens": 12, "think_grace": 3,
            "think_close_text": "x", "min_answer_tokens": 5, "user": "u", "colour": 1
            """#
        )
        let options = request.options
        #expect(request.model == "m" && options.isStreaming && options.includesUsage && options.choiceCount == 3)
        #expect(options.sampling.temperature == 0.25 && options.sampling.topP == 1)
        #expect(options.sampling.topK == 40 && options.sampling.seed == -7)
        #expect(options.stop == ["a", "\n"] && options.maxCompletionTokens == 100)
        #expect(options.thinking.bound?.value == 12 && options.thinking.graceTokens == 3)
        #expect(options.thinking.closingText == "x" && options.thinking.minAnswerTokens == 5)
        #expect(request.ignoredFields == ["user", "colour"])
    }

    @Test("defaults are left to the server")
    func defaults() throws {
        let request = try ChatBody.read()
        let options = request.options
        #expect(request.model == nil && !options.isStreaming && !options.includesUsage && options.choiceCount == 1)
        #expect(options.sampling == SamplingOptions() && options.thinking == ThinkingOptions())
        #expect(options.stop.isEmpty && options.maxCompletionTokens == nil && request.ignoredFields.isEmpty)
        #expect(try ChatBody.read(#""stop": "x""#).options.stop == ["x"])
        #expect(try ChatBody.read(#""top_k": -1"#).options.sampling.topK == 0)
        #expect(try ChatBody.read(#""max_tokens": 9"#).options.maxCompletionTokens == 9)
    }

    @Test("two limits that differ are 400 and both are named")
    func twoLimits() throws {
        let error = try ChatBody.error(#""max_tokens": 5, "max_completion_tokens": 6"#)
        #expect(error.message.contains("'max_tokens' (5)") || error.message.contains("'max_tokens' (6)"))
        #expect(error.message.contains("'max_completion_tokens' (6)") && error.param == "max_tokens")
    }

    @Test("stream options need a stream")
    func streamOptions() throws {
        #expect(try ChatBody.error(#""stream_options": {"include_usage": true}"#).param == "stream_options")
        #expect(try ChatBody.error(#""stream": false, "stream_options": {}"#).param == "stream_options")
        #expect(try ChatBody.read(#""stream_options": null"#).options.includesUsage == false)
        let stream = #""stream": true, "stream_options": "#
        #expect(try !ChatBody.read(stream + #"{"include_usage": null}"#).options.includesUsage)
        #expect(try ChatBody.error(stream + #"{"include_usage": 1}"#).param == "stream_options.include_usage")
        #expect(
            try ChatBody.error(stream + #"{"include_obfuscation": 1}"#).param == "stream_options.include_obfuscation"
        )
        #expect(try ChatBody.read(stream + #"{"colour": 1}"#).ignoredFields == ["stream_options.colour"])
    }

    @Test("the server's own cap bounds n")
    func cap() throws {
        let body = ChatBody.bytes(#""n": 5"#)
        #expect(try ChatCompletionRequest(body: body, maxChoices: 5).options.choiceCount == 5)
        #expect(throws: APIError.self) { try ChatCompletionRequest(body: body, maxChoices: 4) }
        #expect(throws: APIError.self) {
            try ChatCompletionRequest(body: ChatBody.bytes(#""n": 129"#), maxChoices: 500)
        }
    }
}
