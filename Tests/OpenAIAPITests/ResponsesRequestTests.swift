import OpenAIAPI
import OrderedJSON
import Testing

/// The body of `/v1/responses`, and what becomes of it.
@Suite struct ResponsesRequestTests {
    private func read(_ body: String) throws -> ResponsesRequest { try ResponsesRequest(body: Array(body.utf8)) }

    @Test("input items become the messages of a chat, calls and thoughts beside their message")
    func items() throws {
        let request = try read(
            #"""
            {"instructions": "i", "input": [
              {"role": "user", "content": "u"},
              {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "t"}]},
              {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
               "content": [{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}]},
              {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"},
              {"type": "function_call_output", "call_id": "c1", "output": "5"}]}
            """#
        )
        let messages = request.messages(after: [["role": "user", "content": "h"]])
        #expect(messages.map { $0["role"] } == ["system", "user", "user", "assistant", "tool"])
        #expect(messages[3]["reasoning_content"] == "t" && messages[3]["tool_calls"]?.array?.count == 1)
        #expect(messages[3]["content"] == [["type": "text", "text": "a"]])
        #expect(messages[4]["tool_call_id"] == "c1" && request.isStored && request.previousResponseID == nil)
    }

    @Test("what cannot be included is named as ignored, log-probabilities are asked for")
    func included() throws {
        let request = try read(
            #"{"input": "h", "include": ["reasoning.encrypted_content", "message.output_text.logprobs"]}"#
        )
        #expect(request.chat.ignoredFields == ["include[0]"])
        #expect(request.chat.options.reports.alternatives == 0)
        #expect(try read(#"{"input": "h", "include": []}"#).chat.ignoredFields == [])
    }

    @Test("a token told as a value is the one told in bytes")
    func tokenValue() throws {
        let token = TokenLogprob(
            bytes: Array("é".utf8),
            logprob: -1e-7,
            top: [TokenLogprob(bytes: [0xFF], logprob: -.infinity)]
        )
        let alternative = #"{"token":"\#u{FFFD}","logprob":-9999.0,"bytes":[255]}"#
        let expected = #"{"token":"é","logprob":-1e-07,"bytes":[195,169],"top_logprobs":["# + alternative + "]}"
        #expect(token.json.text() == expected)
    }

    @Test("tools are flat here, and limits have their own names")
    func options() throws {
        let request = try read(
            #"""
            {"input": "u", "max_output_tokens": 9, "stream": true, "store": false, "previous_response_id": "resp_1",
             "tools": [{"type": "function", "name": "f", "parameters": {"b": 1, "a": 2}}],
             "tool_choice": "auto", "parallel_tool_calls": false, "metadata": {"k": "v"}}
            """#
        )
        let tool = #"{"type":"function","function":{"name":"f","parameters":{"b":1,"a":2}}}"#
        #expect(request.chat.tools.offered.map { $0.text() } == [tool])
        #expect(!request.chat.tools.allowsParallelCalls && request.chat.options.maxCompletionTokens == 9)
        #expect(request.chat.options.isStreaming && !request.isStored && request.previousResponseID == "resp_1")
        #expect(request.echo["metadata"] == ["k": "v"] && request.echo["temperature"] == .null)
    }

    @Test("the form of the text, the place of the thought and tools under their own paths")
    func forms() throws {
        let schema = #"{"type": "json_schema", "name": "n", "strict": true, "schema": {"b": 1, "a": 2}}"#
        let request = try read(
            #"""
            {"input": "u", "text": {"format": \#(schema)}, "reasoning": {"summary": "auto"}, "tool_choice": "required",
             "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": true}]}
            """#
        )
        #expect(
            request.chat.options.form == RequestedForm(form: .jsonSchema(["b": 1, "a": 2]), path: "text.format.schema")
        )
        #expect(request.summarizesThought && request.chat.options.thought == .both)
        #expect(request.chat.tools.callable.map(\.path) == ["tools[0].parameters"])
        #expect(request.echo["text"]?["format"]?["schema"] == ["b": 1, "a": 2])
        let object = try read(#"{"input": "u", "text": {"format": {"type": "json_object"}}}"#)
        #expect(object.chat.options.form.form == .jsonObject && !object.summarizesThought)
        #expect(try read(#"{"input": "u", "reasoning": {"exclude": true}}"#).chat.options.thought == .hidden)
    }

    @Test(
        "faults are named in the client's own words",
        arguments: [
            ("{}", "input"), (#"{"input": []}"#, "input"), (#"{"input": 5}"#, "input"),
            (#"{"input": [{"type": "item_reference", "id": "x"}]}"#, "input[0].type"),
            (#"{"input": [{"role": "user", "content": [{"type": "input_image"}]}]}"#, "input[0].content[0].type"),
            (#"{"input": "u", "tools": [{"type": "web_search"}]}"#, "tools[0].type"),
            (#"{"input": "u", "background": true}"#, "background"),
            (#"{"input": "u", "text": {"format": {"type": "yaml"}}}"#, "text.format.type"),
            (#"{"input": "u", "text": {"format": {"type": "json_schema", "name": "n"}}}"#, "text.format.schema"),
            (#"{"input": "u", "text": {"format": {"type": "json_object"}}, "regex": "a"}"#, "regex"),
            (#"{"input": "u", "reasoning": {"summary": "concise"}}"#, "reasoning.summary"),
            (#"{"input": "u", "max_output_tokens": 0}"#, "max_output_tokens"),
        ]
    )
    func faults(body: String, param: String) {
        #expect { try read(body) } throws: { ($0 as? APIError)?.param == param }
    }
}
