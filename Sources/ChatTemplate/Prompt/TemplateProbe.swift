import OrderedJSON

/// Finds out by trial what a template does with messages.
///
/// A template that fails on a trial conversation is taken to lack the feature.
struct TemplateProbe {
    let template: ChatTemplate
    let specialTokens: [String: String]

    /// Whether the words `/think` and `/no_think` in a user message choose how the answer begins, and vanish.
    var readsSwitchWords: Bool {
        guard let plain = render([user("probe")]),
            let on = render([user(ThinkingSwitch.content("probe", switchedTo: true))]),
            let off = render([user(ThinkingSwitch.content("probe", switchedTo: false))])
        else { return false }
        return on != off && !on.contains("/think") && !off.contains("/no_think") && (plain == on || plain == off)
    }

    /// Whether the text of a system message between user messages reaches the prompt.
    var rendersLaterSystemMessages: Bool {
        let late: JSONValue = ["role": "system", "content": "late-probe"]
        return render([user("first"), late, user("last")])?.contains("late-probe") ?? false
    }

    private func user(_ content: String) -> JSONValue { ["role": "user", "content": .string(content)] }

    private func render(_ messages: [JSONValue]) -> String? {
        let variables: [String: JSONValue] = [
            "messages": .array(messages), "tools": .null, "documents": .null, "add_generation_prompt": true,
        ]
        let epoch = CalendarTime(year: 2000, month: 1, day: 1)
        return try? template.render(variables, trusted: specialTokens, now: epoch).text
    }
}
