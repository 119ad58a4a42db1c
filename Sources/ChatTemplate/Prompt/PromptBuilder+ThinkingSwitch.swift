package import OrderedJSON

extension PromptBuilder {
    /// What the last switch word in the messages says, if there is one and the template reads them.
    package func thinkingSwitch(in messages: [JSONValue]) -> Bool? {
        guard readsSwitchWords, let conversation = try? Conversation(messages) else { return nil }
        return conversation.thinkingState
    }
}
