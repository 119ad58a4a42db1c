import OpenAIAPI
import OrderedJSON
import Testing

/// The bound of a thought is exact, so nothing but a whole number is one.
@Suite struct ThinkingParameterTests {
    @Test("a whole number is the bound", arguments: [0, 1, 512, 2_147_483_647])
    func bound(tokens: Int) throws {
        #expect(try ChatBody.read("\"max_think_tokens\": \(tokens)").options.thinking.maxThinkTokens == tokens)
    }

    @Test(
        "absent, null and -1 are the default",
        arguments: ["", #""max_think_tokens": null"#, #""max_think_tokens": -1"#]
    )
    func standard(members: String) throws {
        #expect(try ChatBody.read(members).options.thinking.maxThinkTokens == nil)
    }

    @Test(
        "anything else is 400, names the field and says what is allowed",
        arguments: [
            "-2", "2147483648", "1180591620717411303424", "1.5", "512.0", "1e3", "-1.0", "0.0", #""512""#, "true",
            "false", "[]", "[5]", "{}", #""""#, "-9223372036854775809",
        ]
    )
    func invalid(value: String) throws {
        let error = try ChatBody.error("\"max_think_tokens\": \(value)")
        #expect(error.status == 400 && error.param == "max_think_tokens")
        #expect(error.message.contains("a whole number from -1 to 2147483647 (-1 or null is the server's default)"))
    }

    @Test("limits beyond the old ones hold together")
    func extremes() throws {
        let all = try ChatBody.read(
            #""max_think_tokens": 2147483647, "think_grace": 2147483647, "min_answer_tokens": 2147483647"#
        )
        let thinking = all.options.thinking
        #expect(thinking.maxThinkTokens == 2_147_483_647 && thinking.graceTokens == 2_147_483_647)
        #expect(thinking.minAnswerTokens == 2_147_483_647)
    }

    @Test(
        "other spellings, switches and efforts are not built: 400 with their path, never ignored",
        arguments: [
            ("thinking_token_budget", "5"), ("max_thinking_tokens", "5"), ("nvext.max_thinking_tokens", "5"),
            ("thinking_budget_tokens", "0"), ("reasoning_budget_tokens", "5"), ("thinking_budget", "5"),
            ("thinking.budget_tokens", "5"), ("reasoning.max_tokens", "5"), ("custom_params.thinking_budget", "5"),
            ("chat_template_kwargs.thinking_budget", "5"), ("chat_template_kwargs.max_think_tokens", "5"),
            ("chat_template_kwargs.enable_thinking", "false"), ("chat_template_kwargs.thinking", "true"),
            ("thinking.type", #""disabled""#), ("reasoning.enabled", "false"), ("enable_thinking", "true"),
            ("think", "false"), ("reasoning_effort", #""low""#), ("reasoning.effort", #""high""#),
            ("output_config.effort", #""max""#), ("thinking.colour", "1"), ("reasoning.exclude", "true"),
            ("output_config.format", "{}"),
        ]
    )
    func notBuilt(path: String, value: String) throws {
        let error = try ChatBody.error(member(path, value))
        #expect(error.param == path)
        #expect(error.message.contains("'\(path)' is not supported by this server yet"))
        #expect(throws: Never.self) { try ChatBody.read(member(path, "null")) }
    }

    @Test("numbers among them that mean the default are let through, and so are empty objects")
    func neutral() throws {
        for path in [
            "thinking_token_budget", "max_thinking_tokens", "nvext.max_thinking_tokens", "thinking_budget_tokens",
            "reasoning_budget_tokens", "thinking_budget", "thinking.budget_tokens", "reasoning.max_tokens",
            "custom_params.thinking_budget", "chat_template_kwargs.max_think_tokens",
        ] {
            #expect(try ChatBody.read(member(path, "-1")).options.thinking == ThinkingOptions(), "\(path)")
        }
        for group in ["thinking", "reasoning", "nvext", "custom_params", "chat_template_kwargs", "output_config"] {
            #expect(try ChatBody.read(member(group, "{}")).ignoredFields.isEmpty, "\(group)")
            #expect(try ChatBody.error(member(group, "5")).param == group)
        }
    }

    /// The JSON member at a path of one or two names.
    private func member(_ path: String, _ value: String) -> String {
        let names = path.split(separator: ".")
        return names.count == 1 ? "\"\(path)\": \(value)" : "\"\(names[0])\": {\"\(names[1])\": \(value)}"
    }
}
