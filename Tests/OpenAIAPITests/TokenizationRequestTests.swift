import OpenAIAPI
import OrderedJSON
import Testing

/// The bodies of `/tokenize`, `/detokenize` and `render`.
@Suite struct TokenizationRequestTests {
    private func tokenize(_ body: String) throws -> TokenizeRequest { try TokenizeRequest(body: Array(body.utf8)) }

    private func param(of body: String) -> String? {
        do throws(APIError) {
            _ = try TokenizeRequest(body: Array(body.utf8))
            return "accepted"
        } catch { return error.param }
    }

    @Test("a text is tokenized with special tokens unless it says otherwise")
    func text() throws {
        guard case .text(let plain) = try tokenize(#"{"prompt": ""}"#) else { throw Unexpected() }
        #expect(plain.prompt == "" && plain.addsSpecialTokens && plain.parsesSpecialTokens && plain.model == nil)
        let body = #"{"model": "m", "prompt": "x", "add_special_tokens": false, "parse_special": false, "a": 1}"#
        guard case .text(let other) = try tokenize(body) else { throw Unexpected() }
        #expect(other.model == "m" && !other.addsSpecialTokens && !other.parsesSpecialTokens)
        #expect(try tokenize(body).ignoredFields == ["a"] && tokenize(body).model == "m")
    }

    @Test("messages are tokenized as render shows them")
    func messages() throws {
        let body =
            #"{"model": "m", "messages": [{"role": "user", "content": "hi"}], "max_think_tokens": 0, "user": "u"}"#
        let request = try tokenize(body)
        #expect(request == .conversation(try ChatCompletionRequest(body: Array(body.utf8))))
        #expect(request.model == "m" && request.ignoredFields == ["user"])
    }

    @Test(
        "faults are named",
        arguments: [
            ("{}", "prompt"), (#"{"prompt": null}"#, "prompt"), (#"{"prompt": 5}"#, "prompt"),
            (#"{"prompt": ["a"]}"#, "prompt"), (#"{"prompt": "x", "messages": []}"#, "prompt"), ("[]", nil), ("", nil),
            (#"{"prompt": "x", "add_special_tokens": 1}"#, "add_special_tokens"),
            (#"{"prompt": "x", "parse_special": "no"}"#, "parse_special"),
            (#"{"prompt": "x", "return_token_strs": true}"#, "return_token_strs"),
            (#"{"messages": []}"#, "messages"),
            (#"{"messages": [{"role": "user", "content": "x"}], "parse_special": true}"#, "parse_special"),
            (#"{"messages": [{"role": "user", "content": "x"}], "add_special_tokens": false}"#, "accepted"),
            (#"{"messages": [{"role": "user", "content": "x"}], "prompt": null}"#, "accepted"),
        ] as [(String, String?)]
    )
    func faults(body: String, expected: String?) {
        #expect(param(of: body) == expected)
    }

    @Test("tokens are ids of the vocabulary")
    func detokenize() throws {
        func read(_ body: String) throws -> DetokenizeRequest {
            try DetokenizeRequest(body: Array(body.utf8), vocabularySize: 100)
        }
        #expect(try read(#"{"tokens": [0, 99, 5], "model": "m"}"#).tokens == [0, 99, 5])
        #expect(try read(#"{"tokens": []}"#).tokens == [])
        for (body, param) in [
            ("{}", "tokens"), (#"{"tokens": null}"#, "tokens"), (#"{"tokens": "5"}"#, "tokens"),
            (#"{"tokens": [0, 100]}"#, "tokens[1]"), (#"{"tokens": [-1]}"#, "tokens[0]"),
            (#"{"tokens": [1, 2, 1.0]}"#, "tokens[2]"), (#"{"tokens": [null]}"#, "tokens[0]"),
            (#"{"tokens": [99999999999999999999]}"#, "tokens[0]"), (#"{"tokens": [true]}"#, "tokens[0]"),
        ] {
            #expect { try read(body) } throws: { ($0 as? APIError)?.param == param }
        }
    }

    @Test("a chat body can be rendered, with tools and template variables as they were sent")
    func render() throws {
        let tools =
            #"[{"type": "function", "function": {"name": "f", "parameters": {"b": 1.0, "a": null}, "x": null}}]"#
        let request = try ChatCompletionRequest(
            body: ChatBody.bytes(
                #""tools": \#(tools), "chat_template_kwargs": {"colour": null}, "n": 2, "temperature": 0"#
            )
        )
        #expect(JSONValue.array(request.tools.offered).text(.python) == tools)
        #expect(request.templateArguments == ["colour": nil])
        #expect(request.addsGenerationPrompt && !request.continuesFinalMessage && request.options.choiceCount == 2)
        let continued = try ChatCompletionRequest(body: ChatBody.bytes(#""continue_final_message": true"#))
        #expect(continued.continuesFinalMessage && !continued.addsGenerationPrompt)
        #expect(try !ChatBody.read(#""add_generation_prompt": false"#).addsGenerationPrompt)
    }

    @Test(
        "render refuses what a chat refuses, and contradictions",
        arguments: [
            (#""tools": {}"#, "tools"), (#""tools": [5]"#, "tools[0]"), (#""tools": [{}]"#, "tools[0].type"),
            (#""tools": [{"type": "custom"}]"#, "tools[0].type"),
            (#""tools": [{"type": "function"}]"#, "tools[0].function"),
            (#""tools": [{"type": "function", "function": {}}]"#, "tools[0].function.name"),
            (
                #""tools": [{"type": "function", "function": {"name": "f", "parameters": 1}}]"#,
                "tools[0].function.parameters"
            ),
            (#""add_generation_prompt": 1"#, "add_generation_prompt"),
            (#""add_generation_prompt": true, "continue_final_message": true"#, "continue_final_message"),
            (#""chat_template_kwargs": {"enable_thinking": false}"#, "chat_template_kwargs.enable_thinking"),
            (#""chat_template_kwargs": {"messages": []}"#, "chat_template_kwargs.messages"),
            (#""temperature": 3"#, "temperature"), (#""logprobs": true"#, "logprobs"),
            (#""max_think_tokens": -2"#, "max_think_tokens"), (#""max_thnk_tokens": 1"#, "max_thnk_tokens"),
        ]
    )
    func refused(members: String, param: String) throws {
        #expect(try ChatBody.error(members).param == param)
    }

    private struct Unexpected: Error {}
}
