package import OrderedJSON

/// Makes prompts from the messages of a request.
///
/// Templates expect more of messages than clients give. The builder
/// * turns arrays of text parts into one text, part by line, and a missing content of the assistant into `""`;
/// * renames the role `developer` to `system`, and `function` to `tool`;
/// * joins the leading system messages by blank lines. A later one stays where it is if the template renders it there;
///   otherwise its text would be lost, so it is added to the leading one (the switch words in it keep their rank);
/// * leaves tool calls and their arguments as they are, and passes earlier thoughts on as `reasoning_content`;
/// * switches thinking, by the words the template reads in messages and by the variables other templates read.
package struct PromptBuilder: Sendable {
    package let template: ChatTemplate
    private let specialTokens: [String: String]
    /// Whether the template obeys `/think` and `/no_think` in messages.
    let readsSwitchWords: Bool
    /// Whether the template renders a system message that is not the first.
    private let rendersLaterSystemMessages: Bool

    /// Tries out what the template does with switches and with late system messages.
    ///
    /// - Parameters:
    ///   - template: The model's template.
    ///   - specialTokens: Variables that hold special tokens, for example `bos_token`.
    package init(template: ChatTemplate, specialTokens: [String: String]) {
        self.template = template
        self.specialTokens = specialTokens
        let probe = TemplateProbe(template: template, specialTokens: specialTokens)
        readsSwitchWords = probe.readsSwitchWords
        rendersLaterSystemMessages = probe.rendersLaterSystemMessages
    }

    /// Whether thinking can be switched at all.
    package var switchesThinking: Bool {
        readsSwitchWords || PromptBuilder.switchVariables.contains { template.mentions($0) }
    }

    static let switchVariables = ["enable_thinking", "thinking"]

    /// Renders the prompt of a conversation.
    ///
    /// - Parameters:
    ///   - messages: As a chat request has them.
    ///   - tools: Declarations of the tools the model may call.
    ///   - addGenerationPrompt: Whether the prompt ends with the beginning of an answer.
    ///   - continueFinalMessage: Whether the last message begins the answer; `nil` leaves it to the template.
    ///   - extra: More variables for the template (`chat_template_kwargs`).
    ///   - thinking: Switches thinking, whatever messages and `extra` say; `nil` leaves it to them.
    ///   - now: The time, for templates that print it.
    /// - Returns: The prompt, with what the template wrote of it.
    /// - Throws: `TemplateError.invalidMessages` with the path of the field for messages that cannot be rendered,
    ///   otherwise what the template reports.
    package func build(
        messages: [JSONValue],
        tools: [JSONValue]? = nil,
        addGenerationPrompt: Bool = true,
        continueFinalMessage: Bool? = nil,
        extra: JSONObject = JSONObject(),
        thinking: Bool? = nil,
        now: CalendarTime? = nil
    ) throws(TemplateError) -> RenderedPrompt {
        var conversation = try Conversation(messages)
        let asked = conversation.mergeSystemMessages(keepingLaterOnes: rendersLaterSystemMessages)
        if readsSwitchWords, let state = thinking ?? asked { conversation.switchThinking(to: state) }

        var variables = try variables(from: extra)
        variables["messages"] = .array(conversation.messages.map(JSONValue.object))
        variables["tools"] = tools.flatMap { $0.isEmpty ? nil : JSONValue.array($0) } ?? .null
        variables["add_generation_prompt"] = .bool(addGenerationPrompt)
        if variables["documents"] == nil { variables["documents"] = .null }
        if let continueFinalMessage { variables["continue_final_message"] = .bool(continueFinalMessage) }
        if let thinking { for name in PromptBuilder.switchVariables { variables[name] = .bool(thinking) } }

        if continueFinalMessage == true, !template.mentions("continue_final_message") {
            return try continued(conversation, variables, now)
        }
        return try template.render(variables, trusted: specialTokens, now: now)
    }

    private func variables(from extra: JSONObject) throws(TemplateError) -> [String: JSONValue] {
        var variables: [String: JSONValue] = [:]
        for member in extra {
            guard !["messages", "tools", "add_generation_prompt", "continue_final_message"].contains(member.key) else {
                throw .invalidMessages(
                    field: "chat_template_kwargs.\(member.key)",
                    message: "give this as a field of the request itself"
                )
            }
            variables[member.key] = member.value
        }
        return variables
    }

    /// For templates that know nothing of continuing: the prompt is cut behind the last message's text.
    private func continued(
        _ conversation: Conversation,
        _ variables: [String: JSONValue],
        _ now: CalendarTime?
    ) throws(TemplateError) -> RenderedPrompt {
        var variables = variables
        variables["add_generation_prompt"] = .bool(false)
        let text = try template.text(variables, trusted: specialTokens, now: now)
        let last = TemplateString(untrusted: conversation.messages.last?["content"]?.string ?? "").stripped()
        guard !last.isEmpty, let start = text.occurrences(of: last, limit: 1, fromRight: true).first else {
            throw .invalidMessages(
                field: "continue_final_message",
                message: "the template does not render the text of the last message, so it cannot be continued"
            )
        }
        return RenderedPrompt(text[bytes: 0..<start + last.byteCount])
    }
}
