import OpenAIAPI
import OrderedJSON
import Testing

/// Every name of a bound, a switch and an effort: alone, in pairs, and with values that are none.
@Suite struct ThinkingParameterTests {
    static let bounds = [
        "max_think_tokens", "thinking_token_budget", "max_thinking_tokens", "nvext.max_thinking_tokens",
        "thinking_budget_tokens", "reasoning_budget_tokens", "thinking_budget", "thinking.budget_tokens",
        "reasoning.max_tokens", "custom_params.thinking_budget", "chat_template_kwargs.thinking_budget",
        "chat_template_kwargs.max_think_tokens",
    ]

    /// What switches on and what switches off, by path.
    static let switches: [(path: String, on: [String], off: [String])] = [
        ("chat_template_kwargs.enable_thinking", ["true"], ["false"]),
        ("chat_template_kwargs.thinking", ["true"], ["false"]),
        ("thinking.type", [#""enabled""#, #""adaptive""#], [#""disabled""#]),
        ("reasoning.enabled", ["true"], ["false"]),
        ("enable_thinking", ["true"], ["false"]),
        ("think", ["true"], ["false"]),
    ]

    static let efforts = [
        "reasoning_effort", "reasoning.effort", "output_config.effort", "chat_template_kwargs.reasoning_effort",
        "think",
    ]

    /// A body with JSON values at paths of one or two names; members of one object are put together.
    private func read(_ members: [(path: String, value: String)]) throws -> ThinkingOptions {
        try ChatBody.read(Self.text(members)).options.thinking
    }

    private func error(_ members: [(path: String, value: String)]) throws -> APIError {
        try ChatBody.error(Self.text(members))
    }

    private static func text(_ members: [(path: String, value: String)]) -> String {
        var plain: [String] = []
        var groups: [(name: String, members: [String])] = []
        for (path, value) in members {
            let names = path.split(separator: ".").map(String.init)
            if names.count == 1 {
                plain.append("\"\(path)\": \(value)")
            } else if let index = groups.firstIndex(where: { $0.name == names[0] }) {
                groups[index].members.append("\"\(names[1])\": \(value)")
            } else {
                groups.append((names[0], ["\"\(names[1])\": \(value)"]))
            }
        }
        return (plain + groups.map { "\"\($0.name)\": {\($0.members.joined(separator: ", "))}" }).joined(
            separator: ", "
        )
    }

    // MARK: - Bounds

    @Test("each name alone is the bound, and is reported as it was sent", arguments: bounds)
    func bound(path: String) throws {
        for tokens in [0, 1, 512, 2_147_483_647] {
            let options = try read([(path, "\(tokens)")])
            #expect(options.bound == ThinkingClaim(tokens, source: path))
            #expect(options.isOn == nil && options.effort == nil)
        }
        for nothing in ["null", "-1"] { #expect(try read([(path, nothing)]) == ThinkingOptions()) }
    }

    @Test("anything else is 400, names the field and says what is allowed", arguments: bounds)
    func invalid(path: String) throws {
        for value in [
            "-2", "2147483648", "1180591620717411303424", "1.5", "512.0", "1e3", "-1.0", "0.0", #""512""#, "true",
            "false", "[]", "[5]", "{}", #""""#, "-9223372036854775809",
        ] {
            let error = try error([(path, value)])
            #expect(error.status == 400 && error.param == path)
            #expect(error.message.contains("a whole number from -1 to 2147483647 (-1 or null is the server's default)"))
        }
    }

    @Test("two names agree or are 400, which names both", arguments: bounds)
    func pairs(first: String) throws {
        for second in Self.bounds where second != first {
            let earlier = Self.bounds.first { [first, second].contains($0) } ?? ""
            #expect(try read([(first, "64"), (second, "64")]).bound == ThinkingClaim(64, source: earlier))
            #expect(try read([(first, "-1"), (second, "64")]).bound == ThinkingClaim(64, source: second))
            let error = try error([(first, "64"), (second, "65")])
            #expect(error.message.contains("'\(first)' (64)") && error.message.contains("'\(second)' (65)"))
            #expect([first, second].contains(error.param))
        }
    }

    // MARK: - Switches

    @Test("each switch alone", arguments: switches)
    func switching(_ one: (path: String, on: [String], off: [String])) throws {
        for (values, isOn) in [(one.on, true), (one.off, false)] {
            for value in values {
                #expect(try read([(one.path, value)]).isOn == ThinkingClaim(isOn, source: one.path))
            }
        }
        #expect(try read([(one.path, "null")]) == ThinkingOptions())
        for value in ["1", "0", "[]", "{}", #""yes""#, "0.5", "-1"] {
            #expect(try error([(one.path, value)]).param == one.path)
        }
    }

    @Test("two switches agree or are 400", arguments: switches)
    func switchPairs(_ first: (path: String, on: [String], off: [String])) throws {
        for second in Self.switches where second.path != first.path {
            for one in first.on + first.off {
                for other in second.on + second.off {
                    let members = [(first.path, one), (second.path, other)]
                    if first.on.contains(one) == second.on.contains(other) {
                        #expect(try read(members).isOn?.value == first.on.contains(one))
                    } else {
                        let message = try error(members).message
                        #expect(message.contains("'\(first.path)'") && message.contains("'\(second.path)'"))
                    }
                }
            }
        }
    }

    @Test("a bound and a switch agree or are 400", arguments: bounds)
    func boundsAndSwitches(path: String) throws {
        for other in Self.switches {
            for on in other.on {
                #expect(try read([(path, "8"), (other.path, on)]).bound?.value == 8)
                let message = try error([(path, "0"), (other.path, on)]).message
                #expect(message.contains("'\(path)' (0)") && message.contains("'\(other.path)'"))
            }
            for off in other.off {
                #expect(try read([(path, "0"), (other.path, off)]).bound?.value == 0)
                let message = try error([(path, "8"), (other.path, off)]).message
                #expect(message.contains("'\(path)' (8)") && message.contains("'\(other.path)'"))
                #expect(try read([(path, "-1"), (other.path, off)]).isOn?.value == false)
            }
        }
    }

    @Test("'auto' leaves it to others")
    func auto() throws {
        #expect(try read([("thinking.type", #""auto""#)]) == ThinkingOptions())
        #expect(try read([("thinking.type", #""auto""#), ("think", "false")]).isOn?.value == false)
    }

    // MARK: - Efforts

    @Test("each effort alone, under each name", arguments: efforts)
    func effort(path: String) throws {
        for effort in ReasoningEffort.allCases {
            let options = try read([(path, "\"\(effort.rawValue)\"")])
            #expect(options.effort == ThinkingClaim(effort, source: path))
            #expect(options.isOn == nil && options.bound == nil)
        }
        #expect(try read([(path, "null")]) == ThinkingOptions())
        for value in [#""huge""#, #""LOW""#, #""""#, "1", "-1", "0.5", "[]"] + (path == "think" ? [] : ["true"]) {
            #expect(try error([(path, value)]).param == path)
        }
    }

    @Test("two efforts agree or are 400; a bound and a switch outrank them", arguments: efforts)
    func effortPairs(path: String) throws {
        for other in Self.efforts where other != path {
            #expect(try read([(path, #""low""#), (other, #""low""#)]).effort?.value == .low)
            let message = try error([(path, #""low""#), (other, #""high""#)]).message
            #expect(message.contains("'\(path)' ('low')") && message.contains("'\(other)' ('high')"))
        }
        for bound in Self.bounds {
            for effort in ReasoningEffort.allCases {
                #expect(try read([(bound, "7"), (path, "\"\(effort.rawValue)\"")]).bound?.value == 7)
            }
        }
        for other in Self.switches where other.path != path {
            #expect(try read([(other.path, other.off[0]), (path, #""high""#)]).isOn?.value == false)
            #expect(try read([(other.path, other.on[0]), (path, #""high""#)]).effort?.value == .high)
            let message = try error([(other.path, other.on[0]), (path, #""none""#)]).message
            #expect(message.contains("'\(path)' ('none')") && message.contains("'\(other.path)'"))
        }
    }

    // MARK: - What goes with them

    @Test("grace, reserve and closing text; llama-server's name for the text must agree with ours")
    func others() throws {
        let all = try ChatBody.read(
            #""max_think_tokens": 2147483647, "think_grace": 2147483647, "min_answer_tokens": 2147483647"#
        )
        let thinking = all.options.thinking
        #expect(thinking.bound?.value == 2_147_483_647 && thinking.graceTokens == 2_147_483_647)
        #expect(thinking.minAnswerTokens == 2_147_483_647)
        #expect(try read([("reasoning_budget_message", #""Enough.""#)]).closingText == "Enough.")
        #expect(try read([("think_close_text", #""""#)]).closingText?.isEmpty == true)
        let both = [("think_close_text", #""a""#), ("reasoning_budget_message", #""b""#)]
        #expect(try error(both).message.contains("contradict"))
    }

    @Test(
        "what a group does not have is 400 with its path, and a misspelt bound in it gets its right name",
        arguments: [
            ("thinking.colour", "1", "not supported"), ("reasoning.colour", "true", "not supported"),
            ("output_config.form", "{}", "not supported"), ("thinking.display", #""full""#, "must be"),
            ("thinking.budget_token", "5", "did you mean 'thinking.budget_tokens'?"),
            ("thinking.budgetTokens", "5", "did you mean 'thinking.budget_tokens'?"),
            ("reasoning.efort", #""low""#, "did you mean 'reasoning.effort'?"),
            ("reasoning.maxtokens", "5", "did you mean 'reasoning.max_tokens'?"),
            ("nvext.max_thinking_token", "5", "did you mean"),
        ]
    )
    func groups(path: String, value: String, advice: String) throws {
        let error = try error([(path, value)])
        #expect(error.param == path && error.message.contains(advice), "\(error.message)")
        #expect(throws: Never.self) { try read([(path, "null")]) }
    }

    @Test("variables that no template reads are refused if they look like a bound")
    func templateArguments() throws {
        let request = try ChatBody.read(#""chat_template_kwargs": {"max_thinking_tokens": 5, "colour": 1}"#)
        #expect(request.templateArguments["colour"] == 1)
        #expect(throws: Never.self) { try request.checkTemplateArguments { _ in true } }
        let error = #expect(throws: APIError.self) { try request.checkTemplateArguments { _ in false } }
        #expect(error?.param == "chat_template_kwargs.max_thinking_tokens")
    }

    // MARK: - Beside the body

    @Test("suffixes of a model's name")
    func suffixes() throws {
        #expect(try ModelSuffix("think=512") == .bound(512))
        #expect(try ModelSuffix("think=0") == .bound(0))
        #expect(try ModelSuffix("think") == .thinks(true))
        #expect(try ModelSuffix("no_think") == .thinks(false))
        for effort in ReasoningEffort.allCases { #expect(try ModelSuffix(effort.rawValue) == .effort(effort)) }
        for other in ["", "thinks", "latest", "LOW", "8b", "no_think=5", ":low"] {
            #expect(try ModelSuffix(other) == nil)
        }
        for value in ["", "-1", "+5", " 5", "1.5", "2147483648", "99999999999999999999", "x", "5 "] {
            let error = #expect(throws: APIError.self) { try ModelSuffix("think=" + value) }
            #expect(error?.param == "model" && error?.status == 400)
        }
        for listed in ModelSuffix.listed { #expect(try ModelSuffix(listed) != nil) }
    }

    @Test("the header's bound")
    func header() throws {
        #expect(try ThinkingHeader.bound("512") == 512)
        #expect(try ThinkingHeader.bound("0") == 0)
        #expect(try ThinkingHeader.bound("-1") == nil && ThinkingHeader.bound(nil) == nil)
        for value in ["", "-2", "1.5", "5, 5", "true", "2147483648", "0x10", "+5"] {
            let error = #expect(throws: APIError.self) { try ThinkingHeader.bound(value) }
            #expect(error?.param == "x-max-think-tokens" && error?.status == 400)
        }
    }

    @Test("a wish to control a request")
    func control() throws {
        func read(_ body: String) throws -> ControlRequest { try ControlRequest(body: Array(body.utf8)) }
        #expect(try read(#"{"id": "a", "action": "end_thinking"}"#).action == .endThinking)
        #expect(
            try read(#"{"id": "a", "action": "extend_thinking", "tokens": 9}"#).action == .extendThinking(tokens: 9)
        )
        for (body, param) in [
            (#"{"action": "end_thinking"}"#, "id"), (#"{"id": "a"}"#, "action"),
            (#"{"id": "a", "action": "stop"}"#, "action"), (#"{"id": "", "action": "end_thinking"}"#, "id"),
            (#"{"id": "a", "action": "extend_thinking"}"#, "tokens"),
            (#"{"id": "a", "action": "extend_thinking", "tokens": 0}"#, "tokens"),
            (#"{"id": "a", "action": "extend_thinking", "tokens": 1.5}"#, "tokens"),
            (#"{"id": "a", "action": "extend_thinking", "tokens": -1}"#, "tokens"),
            (#"{"id": "a", "action": "end_thinking", "tokens": 5}"#, "tokens"),
            (#"{"id": 5, "action": "end_thinking"}"#, "id"),
        ] {
            let error = #expect(throws: APIError.self) { try read(body) }
            #expect(error?.param == param && error?.status == 400)
        }
    }
}
