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

    /// A prompt that no template wrote.
    package init(text: String, startsInsideThinking: Bool) {
        self.text = text
        trusted = []
        self.startsInsideThinking = startsInsideThinking
    }

    /// Whether a raw prompt ends inside a thought: its last `<think>` is not closed.
    package static func endsInsideThought(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func last(_ tag: String) -> Int { ByteSearch(Array(tag.utf8)).all(in: bytes).last ?? -1 }
        return last("<think>") > last("</think>")
    }
}
