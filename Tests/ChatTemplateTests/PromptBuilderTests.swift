import ChatTemplate
import OrderedJSON
import Testing

/// From the messages of a request to a prompt.
@Suite struct PromptBuilderTests {
    private static func builder(_ path: String = Templates.nvidia) throws -> PromptBuilder {
        PromptBuilder(template: try Templates.load(path), specialTokens: [:])
    }

    private static func chatML() throws -> PromptBuilder {
        let source = """
            {%- for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{{ m.reasoning_content }}{{ m.content + '<|im_end|>\\n' }}{% endfor -%}
            {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}\
            {{- '<think></think>' if enable_thinking is false else '<think>\\n' }}{% endif %}
            """
        return PromptBuilder(template: try ChatTemplate(source: source, name: "t"), specialTokens: [:])
    }

    // MARK: - Contents

    @Test("text parts are joined by lines, the other kinds of text included")
    func parts() throws {
        let prompt = try Self.builder().build(messages: [
            [
                "role": "user",
                "content": [
                    ["type": "text", "text": "a"], ["type": "input_text", "text": "b"],
                    ["type": "refusal", "refusal": "c"],
                ],
            ]
        ])
        #expect(prompt.text.contains("User\na\nb\nc\n"))
    }

    @Test("null or missing content of the assistant is empty, and developer is system")
    func normalization() throws {
        let call: JSONValue = ["function": ["name": "f", "arguments": "{\"a\": 1}"]]
        let prompt = try Self.builder().build(messages: [
            ["role": "developer", "content": "be"], ["role": "user", "content": "x"],
            ["role": "assistant", "content": nil, "tool_calls": [call]], ["role": "tool", "content": "y"],
            ["role": "assistant", "tool_calls": nil], ["role": "user", "content": "z"],
        ])
        #expect(
            prompt.text == """
                <SPECIAL_10>System
                be
                <SPECIAL_11>User
                x
                <SPECIAL_11>Assistant
                <TOOLCALL>[{"name": "f", "arguments": {"a": 1}}]</TOOLCALL>
                <SPECIAL_12>
                <SPECIAL_11>User
                <TOOL_RESPONSE>[y]</TOOL_RESPONSE>
                <SPECIAL_11>Assistant

                <SPECIAL_12>
                <SPECIAL_11>User
                z
                <SPECIAL_11>Assistant
                <think>

                """
        )
    }

    static let invalidMessages: [(messages: [JSONValue], field: String)] = [
        ([], "messages"), ([["role": "system", "content": "x"]], "messages"), ([5], "messages[0]"),
        ([["content": "x"]], "messages[0].role"), ([["role": "robot", "content": "x"]], "messages[0].role"),
        ([["role": "user", "content": nil]], "messages[0].content"),
        ([["role": "user", "content": 5]], "messages[0].content"),
        (
            [
                ["role": "user", "content": "a"],
                ["role": "user", "content": [["type": "text", "text": "a"], ["type": "image_url"]]],
            ], "messages[1].content[1].type"
        ),
        ([["role": "user", "content": [["type": "text"]]]], "messages[0].content[0].text"),
        ([["role": "user", "content": ["a"]]], "messages[0].content[0].type"),
    ]

    @Test("messages that cannot be rendered name the field", arguments: invalidMessages.indices)
    func invalid(index: Int) throws {
        let (messages, field) = Self.invalidMessages[index]
        let error = #expect(throws: TemplateError.self) { try Self.builder().build(messages: messages) }
        guard case .invalidMessages(field, let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!message.isEmpty)
    }

    @Test("earlier thoughts are passed on to templates that read them")
    func reasoning() throws {
        let prompt = try Self.chatML().build(messages: [
            ["role": "user", "content": "a"], ["role": "assistant", "content": "b", "reasoning": "why"],
            ["role": "user", "content": "c"],
        ])
        #expect(prompt.text.contains("assistant\nwhyb"))
    }

    @Test("variables of the request reach the template, those of the server cannot be replaced")
    func extra() throws {
        let builder = try Self.chatML()
        let messages: [JSONValue] = [["role": "user", "content": "a"]]
        let off = try builder.build(messages: messages, extra: ["enable_thinking": false])
        #expect(off.text.hasSuffix("<think></think>") && !off.startsInsideThinking)
        #expect(throws: TemplateError.self) { try builder.build(messages: messages, extra: ["messages": []]) }
    }

    @Test("what the messages say of thinking is known before the prompt is made, and is what the prompt does")
    func thinkingSwitch() throws {
        let cases: [([JSONValue], Bool?)] = [
            ([["role": "user", "content": "a"]], nil),
            ([["role": "user", "content": "a /no_think"]], false),
            ([["role": "user", "content": "/think /no_think"]], true),
            ([["role": "system", "content": "/no_think"], ["role": "user", "content": "a /think"]], true),
            ([["role": "user", "content": "/think"], ["role": "user", "content": "/no_think"]], false),
            ([["role": "assistant", "content": "/no_think"], ["role": "user", "content": "a"]], nil),
            ([["role": "user", "content": [["type": "text", "text": "/no_think"]]]], false),
        ]
        let builder = try Self.builder(Templates.ours)
        for (messages, expected) in cases {
            #expect(builder.thinkingSwitch(in: messages) == expected)
            #expect(try builder.build(messages: messages).startsInsideThinking == (expected ?? true))
        }
        // A template that does not read the words is not switched by them.
        #expect(try Self.chatML().thinkingSwitch(in: [["role": "user", "content": "/no_think"]]) == nil)
    }

    // MARK: - System messages

    @Test("leading system messages are joined, later ones are not lost", arguments: [Templates.nvidia, Templates.ours])
    func systemMessages(path: String) throws {
        let prompt = try Self.builder(path).build(messages: [
            ["role": "system", "content": "one"], ["role": "developer", "content": "two"],
            ["role": "user", "content": "a"],
            ["role": "system", "content": "three"], ["role": "user", "content": "b"],
        ])
        #expect(
            prompt.text.hasPrefix("<SPECIAL_10>System\none\n\ntwo\n\nthree\n<SPECIAL_11>User\na\n<SPECIAL_11>User\nb\n")
        )
    }

    @Test("a template that renders later system messages gets them where they are")
    func laterSystemMessages() throws {
        let prompt = try Self.chatML().build(messages: [
            ["role": "system", "content": "one"], ["role": "user", "content": "a"],
            ["role": "system", "content": "two"],
        ])
        #expect(
            prompt.text.hasPrefix(
                "<|im_start|>system\none<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>system\ntwo"
            )
        )
    }

    @Test(
        "joining keeps the rank of the switch words",
        arguments: [
            ([("system", "/think"), ("system", "/no_think"), ("user", "x")], false),
            ([("system", "/no_think"), ("system", "/think"), ("user", "x")], true),
            ([("user", "/think"), ("system", "/no_think"), ("user", "x")], false),
            ([("system", "a"), ("user", "/no_think"), ("system", "/think")], true),
            ([("user", "x"), ("system", "b"), ("user", "y")], true),
        ]
    )
    func rank(messages: [(String, String)], thinking: Bool) throws {
        let values = messages.map { message -> JSONValue in ["role": .string(message.0), "content": .string(message.1)]
        }
        let prompt = try Self.builder().build(messages: values)
        #expect(prompt.startsInsideThinking == thinking)
        // The one that is left belongs to `</think>`.
        #expect(prompt.text.count(of: "/think") == (thinking ? 0 : 1) && prompt.text.count(of: "/no_think") == 0)
    }

    // MARK: - Continuing

    @Test("a final message of the assistant is continued")
    func continuing() throws {
        let messages: [JSONValue] = [
            ["role": "user", "content": "a"], ["role": "assistant", "content": " so </think> yes "],
        ]
        let own = try Self.builder().build(messages: messages, addGenerationPrompt: false, continueFinalMessage: true)
        #expect(own.text.hasSuffix("<SPECIAL_11>Assistant\n<think>\nso </think> yes") && !own.startsInsideThinking)
        let cut = try Self.chatML().build(messages: messages, continueFinalMessage: true)
        #expect(cut.text.hasSuffix("<|im_start|>assistant\n so </think> yes"))
        let closed = try Self.builder().build(messages: messages, addGenerationPrompt: false)
        #expect(closed.text.hasSuffix("yes\n<SPECIAL_12>\n") && !closed.startsInsideThinking)
    }

    // MARK: - Thinking

    @Test("it is known whether thinking can be switched")
    func switches() throws {
        #expect(try Self.builder().switchesThinking)
        #expect(try Self.chatML().switchesThinking)
        let plain = try ChatTemplate(source: "{% for m in messages %}{{ m.content }}{% endfor %}", name: "t")
        #expect(!PromptBuilder(template: plain, specialTokens: [:]).switchesThinking)
    }

    @Test("thinking is forced by a variable, too")
    func variable() throws {
        let messages: [JSONValue] = [["role": "user", "content": "a /think"]]
        #expect(
            try Self.chatML().build(messages: messages, thinking: false).text.hasSuffix(
                "a /think<|im_end|>\n<|im_start|>assistant\n<think></think>"
            )
        )
        #expect(
            try Self.chatML().build(messages: messages, extra: ["enable_thinking": false], thinking: true)
                .startsInsideThinking
        )
    }

    @Test("forcing changes how the answer begins and nothing else", arguments: [Templates.nvidia, Templates.ours])
    func forcing(path: String) throws {
        let builder = try Self.builder(path)
        var random = SeededGenerator(seed: 7)
        let pieces = [
            "/think", "/no_think", "/th", "ink", "/no_", "think", "/", " ", "\n", "a", "\u{3000}", "/no_/thinkthink",
            "/th/no_thinkink", "_", "no", "🙂",
            "\u{301}", "<think>", "</think>", "/th/thinkink", "/no_/no_thinkthink",
        ]
        for _ in 0..<120 {
            var messages: [JSONValue] = []
            for _ in 0...Int.random(in: 0...4, using: &random) {
                var text = ""
                for _ in 0..<Int.random(in: 0...6, using: &random) {
                    text += pieces.randomElement(using: &random) ?? ""
                }
                let role = ["user", "user", "system", "assistant", "tool"].randomElement(using: &random) ?? "user"
                messages.append(["role": .string(role), "content": .string(text)])
            }
            guard messages.contains(where: { $0["role"]?.string != "system" }) else { continue }
            let last = Bool.random(using: &random) ? "user" : "tool"
            messages.append(["role": .string(last), "content": "end"])
            let plain = try builder.build(messages: messages).text
            let body = try #require(plain.droppingSuffix("<think>\n") ?? plain.droppingSuffix("<think></think>"))
            let off = try builder.build(messages: messages, thinking: false)
            let on = try builder.build(messages: messages, thinking: true)
            #expect(off.text == body + "<think></think>", "\(messages)")
            #expect(on.text == body + "<think>\n", "\(messages)")
            #expect(on.startsInsideThinking && !off.startsInsideThinking)
        }
    }
}

extension String {
    fileprivate func droppingSuffix(_ suffix: String) -> String? {
        guard utf8.count >= suffix.utf8.count, utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else {
            return nil
        }
        return String(decoding: utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }
}
