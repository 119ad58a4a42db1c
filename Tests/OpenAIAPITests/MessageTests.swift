import OpenAIAPI
import OrderedJSON
import Testing

@Suite struct MessageTests {
    private func read(_ messages: String) throws -> ChatCompletionRequest {
        try ChatCompletionRequest(body: ChatBody.bytes(messages: messages))
    }

    @Test("messages of all roles arrive in order with what the prompt needs")
    func roles() throws {
        let request = try read(
            #"""
            [{"role": "developer", "content": "d", "name": "n"}, {"role": "system", "content": [{"type": "text", "text": "s"}]},
             {"content": [{"type": "input_text", "text": "u1"}, {"type": "text", "text": "u2"}], "role": "user", "name": null},
             {"role": "assistant", "content": null, "refusal": null, "audio": null, "annotations": [], "tool_calls": [
               {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"b\": 1}"}},
               {"index": 1, "function": {"name": "g", "arguments": {"z": null, "a": 1.0}}}]},
             {"role": "tool", "tool_call_id": "c1", "content": "5"}, {"role": "tool", "content": ""},
             {"role": "assistant", "reasoning_content": "t", "reasoning": "t", "content": [{"type": "refusal", "refusal": "no"}]},
             {"role": "assistant", "content": "a", "function_call": null}]
            """#
        )
        let expected = #"""
            [{"role": "developer", "content": "d", "name": "n"}, {"role": "system", "content": [{"type": "text", "text": "s"}]},
             {"content": [{"type": "text", "text": "u1"}, {"type": "text", "text": "u2"}], "role": "user"},
             {"role": "assistant", "tool_calls": [
               {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"b\": 1}"}},
               {"function": {"name": "g", "arguments": {"z": null, "a": 1.0}}}], "content": ""},
             {"role": "tool", "tool_call_id": "c1", "content": "5"}, {"role": "tool", "content": ""},
             {"role": "assistant", "reasoning_content": "t", "reasoning": "t", "content": [{"type": "text", "text": "no"}]},
             {"role": "assistant", "content": "a"}]
            """#
        #expect(try JSONValue.array(request.messages).text() == JSONValue(parsing: expected).text())
        #expect(request.ignoredFields == ["messages[].annotations", "messages[].tool_calls[].index"])
    }

    @Test("the older form of calls and answers is brought into the newer one")
    func legacy() throws {
        let request = try read(
            #"""
            [{"role": "user", "content": "x"},
             {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
             {"role": "function", "name": "f", "content": "5"}]
            """#
        )
        #expect(
            Array(request.messages.dropFirst()) == [
                [
                    "role": "assistant", "content": "",
                    "tool_calls": [["type": "function", "function": ["name": "f", "arguments": "{}"]]],
                ],
                ["role": "tool", "name": "f", "content": "5"],
            ]
        )
    }

    @Test(
        "a message at fault is 400 with its path",
        arguments: [
            (#"[{"content": "x"}]"#, "messages[0].role"),
            (#"[{"role": null, "content": "x"}]"#, "messages[0].role"),
            (#"[{"role": "king", "content": "x"}]"#, "messages[0].role"),
            (#"[{"role": 5, "content": "x"}]"#, "messages[0].role"),
            (#"[{"role": "function", "content": "x"}]"#, "messages[0].name"),
            (#"[{"role": "user"}]"#, "messages[0].content"),
            (#"[{"role": "user", "content": null}]"#, "messages[0].content"),
            (#"[{"role": "user", "content": 5}]"#, "messages[0].content"),
            (#"[{"role": "user", "content": {}}]"#, "messages[0].content"),
            (#"[{"role": "user", "content": []}]"#, "messages[0].content"),
            (#"[{"role": "user", "content": ["x"]}]"#, "messages[0].content[0]"),
            (#"[{"role": "user", "content": [{"text": "x"}]}]"#, "messages[0].content[0].type"),
            (#"[{"role": "user", "content": [{"type": "text"}]}]"#, "messages[0].content[0].text"),
            (#"[{"role": "user", "content": [{"type": "text", "text": 1}]}]"#, "messages[0].content[0].text"),
            (
                #"[{"role":"user","content":"x"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"}]}]"#,
                "messages[1].content[1].type"
            ),
            (#"[{"role": "user", "content": [{"type": "input_audio"}]}]"#, "messages[0].content[0].type"),
            (#"[{"role": "user", "content": [{"type": "file"}]}]"#, "messages[0].content[0].type"),
            (#"[{"role": "user", "content": [{"type": "refusal", "refusal": "x"}]}]"#, "messages[0].content[0].type"),
            (#"[{"role": "user", "content": "x", "name": 1}]"#, "messages[0].name"),
            (#"[{"role": "tool"}]"#, "messages[0].content"),
            (#"[{"role": "tool", "content": "x", "tool_call_id": 1}]"#, "messages[0].tool_call_id"),
            (#"[{"role": "assistant", "content": 1}]"#, "messages[0].content"),
            (#"[{"role": "assistant", "reasoning": 1}]"#, "messages[0].reasoning"),
            (#"[{"role": "assistant", "reasoning_content": []}]"#, "messages[0].reasoning_content"),
            (#"[{"role": "assistant", "function_call": {"name": "f"}}]"#, "messages[0].function_call.arguments"),
            (#"[{"role": "assistant", "audio": {"id": "a"}}]"#, "messages[0].audio"),
            (#"[{"role": "assistant", "tool_calls": {}}]"#, "messages[0].tool_calls"),
            (#"[{"role": "assistant", "tool_calls": [5]}]"#, "messages[0].tool_calls[0]"),
            (#"[{"role": "assistant", "tool_calls": [{}]}]"#, "messages[0].tool_calls[0].function"),
            (
                #"[{"role": "assistant", "tool_calls": [{"type": "custom", "function": {}}]}]"#,
                "messages[0].tool_calls[0].type"
            ),
            (
                #"[{"role": "assistant", "tool_calls": [{"function": {"arguments": "{}"}}]}]"#,
                "messages[0].tool_calls[0].function.name"
            ),
            (
                #"[{"role": "assistant", "tool_calls": [{"function": {"name": "", "arguments": "{}"}}]}]"#,
                "messages[0].tool_calls[0].function.name"
            ),
            (
                #"[{"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}]"#,
                "messages[0].tool_calls[0].function.arguments"
            ),
            (
                #"[{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": [1]}}]}]"#,
                "messages[0].tool_calls[0].function.arguments"
            ),
            (#"[{"role": "system", "content": "x"}]"#, "messages"),
            ("[]", "messages"),
        ]
    )
    func faults(messages: String, param: String) throws {
        let error = try ChatBody.error(ChatBody.bytes(messages: messages))
        #expect(error.status == 400 && error.param == param)
        #expect(error.message.contains("'\(param)'"))
    }

    @Test("messages are required")
    func required() throws {
        for body in ["{}", #"{"messages": null}"#] {
            let error = try ChatBody.error(Array(body.utf8))
            #expect(error.param == "messages" && error.code == "missing_required_parameter")
        }
    }

    @Test("errors list what is allowed")
    func wording() throws {
        let role = try ChatBody.error(ChatBody.bytes(messages: #"[{"role": "king", "content": "x"}]"#))
        #expect(
            role.message
                == "'messages[0].role' must be 'system', 'developer', 'user', 'assistant', 'tool' or 'function', "
                + "but was 'king'."
        )
        let image = ChatBody.bytes(messages: #"[{"role": "user", "content": [{"type": "image_url"}]}]"#)
        #expect(try ChatBody.error(image).message.contains("reads text only"))
    }
}
