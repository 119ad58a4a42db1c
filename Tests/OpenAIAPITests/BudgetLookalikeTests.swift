import OpenAIAPI
import OrderedJSON
import Testing

/// Misspelt limits cost money, so they are never ignored.
@Suite struct BudgetLookalikeTests {
    @Test(
        "a name that resembles a limit is 400, and the right one is suggested",
        arguments: [
            ("max_thinkin_tokens", "max_think_tokens"), ("max_think_token", "max_think_tokens"),
            ("max_think_tokesn", "max_think_tokens"), ("maxThinkTokens", "max_think_tokens"),
            ("max-think-tokens", "max_think_tokens"), ("MAX_THINK_TOKENS", "max_think_tokens"),
            ("mx_thnk_tokens", "max_think_tokens"), ("think_tokens_max", "max_think_tokens"),
            ("thinkingBudget", "max_think_tokens"), ("enable_thinkin", "enable_thinking"),
            ("reasoningEffort", "reasoning_effort"),
            ("reasoning_budget_messag", "reasoning_budget_message"), ("thinking_token_budgets", "max_think_tokens"),
            ("budget_tokens", "max_think_tokens"),
            ("reasoning_tokens", "max_think_tokens"), ("reasoningLimit", "max_think_tokens"),
            ("max_reasoning", "max_think_tokens"), ("reasoning_efort", "reasoning_effort"),
            ("thinking_level", "max_think_tokens"), ("thinkin", "max_think_tokens"),
            ("min_anwser_tokens", "min_answer_tokens"), ("minAnswerTokens", "min_answer_tokens"),
            ("think_grase", "think_grace"), ("think_closing_text", "max_think_tokens"),
            ("think_close_txt", "think_close_text"), ("maxTokens", "max_tokens"), ("max_token", "max_tokens"),
            ("max_completion_token", "max_completion_tokens"), ("maxCompletionTokens", "max_completion_tokens"),
            ("maxOutputTokens", "max_completion_tokens"), ("numpredict", "max_completion_tokens"),
        ]
    )
    func resembles(name: String, suggestion: String) throws {
        if name == "think_closing_text" {
            // Too far from every name, and no word of it bounds anything.
            #expect(try ChatBody.read("\"\(name)\": 1").ignoredFields == [name])
            return
        }
        let error = try ChatBody.error("\"\(name)\": 5")
        #expect(error.status == 400 && error.param == name)
        #expect(error.message.contains("did you mean '\(suggestion)'?"), "\(error.message)")
        #expect(throws: Never.self, "null asks for nothing") { try ChatBody.read("\"\(name)\": null") }
    }

    @Test(
        "a name that resembles a price is 400",
        arguments: [
            "max_cost", "costLimit", "price_cap", "max_price", "spend_limit", "maxSpend", "cost-cap", "MaxPrice",
        ]
    )
    func price(name: String) throws {
        let error = try ChatBody.error("\"\(name)\": 0.5")
        #expect(error.param == name && error.message.contains("never ignored"))
    }

    @Test(
        "harmless names are ignored and reported",
        arguments: [
            "colour", "cost_center", "reason", "thing", "maximum", "limit", "budget_owner", "usage", "x", "",
            "tokens", "include_cost", "price", "max", "chat_id",
        ]
    )
    func harmless(name: String) throws {
        #expect(try ChatBody.read("\"\(name)\": 5").ignoredFields == [name])
    }

    @Test("limits are found inside unknown objects, at any depth")
    func nested() throws {
        let google = #""google": {"a": [1, {"thinking_config": {"thinking_budget": 100}}]}"#
        #expect(try ChatBody.error(google).param == "google.a.thinking_config.thinking_budget")
        #expect(try ChatBody.error(#""provider": {"max_price": {"prompt": 1}}"#).param == "provider.max_price")
        #expect(try ChatBody.error(#""nvext": {"max_thinking_token": 1}"#).param == "nvext.max_thinking_token")
        #expect(
            try ChatBody.read(#""google": {"thinking_config": {"thinking_budget": null}}"#).ignoredFields == ["google"]
        )
    }

    @Test("a limit inside a message is found, and what a client stores there is not taken for one")
    func messages() throws {
        let misplaced = ChatBody.bytes(messages: #"[{"role": "user", "content": "x", "max_think_tokens": 5}]"#)
        #expect(try ChatBody.error(misplaced).param == "messages[0].max_think_tokens")
        let stored = ChatBody.bytes(
            messages: #"[{"role": "user", "content": "x", "usage": {"reasoning_tokens": 5}, "id": 1}]"#
        )
        #expect(try ChatCompletionRequest(body: stored).ignoredFields == ["messages[].usage", "messages[].id"])
    }
}
