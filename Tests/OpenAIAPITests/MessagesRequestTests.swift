import OpenAIAPI
import OrderedJSON
import Testing

/// Anthropic's form, and what becomes of it.
@Suite struct MessagesRequestTests {
    private func read(_ members: String) throws -> ChatCompletionRequest {
        try MessagesRequest(body: Array(#"{"max_tokens": 50, \#(members)}"#.utf8)).chat
    }

    @Test("a conversation with thoughts, calls and results becomes that of a chat")
    func conversation() throws {
        let chat = try read(
            #"""
            "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
            "messages": [
              {"role": "user", "content": "u"},
              {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "t", "signature": "x"}, {"type": "text", "text": "a"},
                {"type": "tool_use", "id": "c1", "name": "f", "input": {"z": 1.0, "a": null}}]},
              {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "5"}], "is_error": false},
                {"type": "tool_result", "tool_use_id": "c2"}, {"type": "text", "text": "go on"}]}]
            """#
        )
        let expected = #"""
            [{"role": "system", "content": [{"type": "text", "text": "s"}]}, {"role": "user", "content": "u"},
             {"role": "assistant", "content": [{"type": "text", "text": "a"}], "reasoning_content": "t", "tool_calls": [
               {"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"z": 1.0, "a": null}}}]},
             {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "5"}]},
             {"role": "tool", "tool_call_id": "c2", "content": ""},
             {"role": "user", "content": [{"type": "text", "text": "go on"}]}]
            """#
        #expect(try JSONValue.array(chat.messages).text() == JSONValue(parsing: expected).text())
        #expect(chat.options.maxCompletionTokens == 50)
    }

    @Test("tools and limits are those of a chat")
    func options() throws {
        let chat = try read(
            #"""
            "messages": [{"role": "user", "content": "u"}], "stop_sequences": ["x"], "metadata": {"user_id": "u"},
            "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object", "b": 1, "a": 2}}],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": true}
            """#
        )
        let tool =
            #"{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","b":1,"a":2}}}"#
        #expect(chat.tools.offered.map { $0.text() } == [tool])
        #expect(!chat.tools.allowsParallelCalls && chat.options.stop == ["x"])
        let none = #""tools": [{"name": "f", "input_schema": {}}], "tool_choice": {"type": "none"}"#
        #expect(try read(none + #", "messages": [{"role": "user", "content": "u"}]"#).tools.offered.isEmpty)
    }

    @Test(
        "faults are named in the client's own words",
        arguments: [
            (#"{"max_tokens": 5}"#, "messages"), (#"{"messages": [{"role": "user", "content": "u"}]}"#, "max_tokens"),
            (#"{"max_tokens": 5, "messages": []}"#, "messages"),
            (#"{"max_tokens": 5, "messages": [{"role": "system", "content": "u"}]}"#, "messages[0].role"),
            (
                #"{"max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "image"}]}]}"#,
                "messages[0].content[0].type"
            ),
            (
                #"{"max_tokens": 5, "messages": [{"role": "user", "content": "u"}], "tools": [{"name": "f"}]}"#,
                "tools[0].input_schema"
            ),
            (#"{"max_tokens": 5, "messages": [{"role": "user", "content": "u"}], "mcp_servers": [{}]}"#, "mcp_servers"),
        ]
    )
    func faults(body: String, param: String) {
        #expect { try MessagesRequest(body: Array(body.utf8)) } throws: { ($0 as? APIError)?.param == param }
    }

    @Test("errors have Anthropic's form")
    func errors() throws {
        let body = try JSONValue(parsing: APIError.modelNotFound("x", served: "m").messagesBody)
        #expect(body["type"] == "error" && body["error"]?["type"] == "not_found_error")
        #expect(body["error"]?["message"]?.string?.contains("'m'") == true)
    }
}
