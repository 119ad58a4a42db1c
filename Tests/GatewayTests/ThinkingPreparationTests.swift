import ChatTemplate
import Engine
import OpenAIAPI
import OrderedJSON
import TestSupport
import Testing
import Tokenization

@testable import Gateway

/// From a body to the bounds that the engine gets, with the built-in model's template.
@Suite struct ThinkingPreparationTests {
    private let preparation: PromptPreparation

    init() throws {
        let folder = Fixtures.embeddedModel
        let configuration = try JSONValue(
            parsing: Fixtures.bytes(at: "\(folder)/tokenizer_config.json"),
            options: .python
        )
        let source =
            try configuration["chat_template"]?.string
            ?? String(decoding: Fixtures.bytes(at: "\(folder)/chat_template.jinja"), as: UTF8.self)
        preparation = PromptPreparation(
            model: ServedModel(
                name: "m",
                created: 0,
                maxModelLength: 1_000,
                fingerprint: "fp_0",
                tokenizer: try Tokenizer(tokenizerJSON: Fixtures.bytes(at: "\(folder)/tokenizer.json")),
                prompts: PromptBuilder(template: try ChatTemplate(source: source, name: "m"), specialTokens: [:])
            ),
            settings: GatewaySettings()
        )
    }

    private func prepare(
        _ members: String = "",
        credits: Int? = nil,
        content: String = "hi"
    ) throws -> PreparedPrompt {
        let body = #"{"messages": [{"role": "user", "content": "\#(content)"}]\#(members)}"#
        let principal = Principal(account: "a", thinkingCredits: credits)
        return try preparation.prepare(
            try ChatCompletionRequest(body: Array(body.utf8)),
            RequestContext(principal: principal, modelName: "m")
        )
    }

    @Test("credits that are short become the budget, and the reason why a thought ends")
    func credits() throws {
        let short = try prepare(credits: 5)
        #expect(short.limits.budget == 5 && short.limits.budgetEnd == .credits && short.limits.budgetCeiling == nil)
        #expect(short.withheld == nil && short.rendered.startsInsideThinking)
        let plenty = try prepare(#", "max_think_tokens": 4"#, credits: 5)
        #expect(plenty.limits.budget == 4 && plenty.limits.budgetEnd == .budget && plenty.limits.budgetCeiling == nil)
        #expect(plenty.bound == Usage.Bound(isEnabled: true, tokens: 4, source: "max_think_tokens"))
    }

    @Test("without credits there is no thought, and the report says why")
    func noCredits() throws {
        let none = try prepare(credits: 0)
        #expect(none.withheld == .credits && !none.rendered.startsInsideThinking)
        #expect(none.bound == Usage.Bound(isEnabled: false, tokens: 0, source: "server_default"))
        let unasked = try prepare(credits: 0, content: "hi /no_think")
        #expect(unasked.withheld == nil && unasked.bound.source == "message")
    }

    @Test("too little room for a thought switches it off")
    func reserve() throws {
        let tight = try prepare(#", "max_tokens": 4"#)
        #expect(tight.withheld == .reserve && !tight.rendered.startsInsideThinking)
        #expect(try prepare(#", "max_tokens": 200"#).withheld == nil)
    }

    @Test("other variables reach the template, and a bound that it does not read is refused")
    func templateArguments() throws {
        #expect(throws: Never.self) { try prepare(#", "chat_template_kwargs": {"colour": 1}"#) }
        let error = #expect(throws: APIError.self) {
            try prepare(#", "chat_template_kwargs": {"thinking_tokens": 1}"#)
        }
        #expect(error?.param == "chat_template_kwargs.thinking_tokens")
        let off = try prepare(#", "chat_template_kwargs": {"enable_thinking": false}"#)
        #expect(off.bound.source == "chat_template_kwargs.enable_thinking" && !off.rendered.startsInsideThinking)
    }
}
