/// A prompt with the knowledge of who wrote which part of it.
package struct RenderedPrompt: Sendable, Equatable {
    /// The whole text.
    package let text: String
    /// The parts the template wrote, as offsets into the UTF-8 of `text`: sorted, touching ones merged.
    ///
    /// Only these may spell special tokens; everything else came with the request.
    package let trusted: [Range<Int>]
    /// Whether the prompt ends inside a thought: behind an open `<think>` that the template wrote.
    package let startsInsideThinking: Bool

    init(_ text: TemplateString) {
        self.text = text.string
        trusted = text.trusted
        startsInsideThinking = ThinkingTags.endsInsideThought(text)
    }
}
