/// The words by which a user or system message switches thinking on and off, for templates that read them.
///
/// Such a template looks at the system and user messages in order; `/think` anywhere in a message switches on, else
/// `/no_think` switches off, and the last message with a switch decides. Both words are then removed from the text.
enum ThinkingSwitch {
    private static let on = TemplateString(trusted: "/think")
    private static let off = TemplateString(trusted: "/no_think")
    private static let none = TemplateString()

    /// What one message says, if it says anything.
    static func state(of content: String) -> Bool? {
        let text = TemplateString(untrusted: content)
        if text.contains(on) { return true }
        return text.contains(off) ? false : nil
    }

    /// A text that switches to `thinking` and renders as `content` does.
    ///
    /// A blank keeps the added word apart; the template strips it. Switching off needs a text without `/think`, yet
    /// what the template leaves of `content` may contain that word (`/th/thinkink`). So the text is brought to its
    /// rendered form first, and each word left in it is split by a `/no_think` that the template takes out again.
    static func content(_ content: String, switchedTo thinking: Bool) -> String {
        if thinking { return content + " /think" }
        let rendered = TemplateString(untrusted: content).replacing(on, with: none).replacing(off, with: none)
        let guarded =
            rendered
            .replacing(off, with: TemplateString(trusted: "/no_/no_thinkthink"))
            .replacing(on, with: TemplateString(trusted: "//no_thinkthink"))
        return guarded.string + " /no_think"
    }
}
