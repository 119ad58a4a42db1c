/// Puts a thought into the text of its answer, between its tags.
///
/// Pure: pieces in, pieces out. White space around the tags is the standard one, whatever the model wrote there.
struct InlineThought: Sendable {
    private let openingTag: String
    private var isOpen = false

    /// A prompt may have opened the thought already; then the text has no tag for that.
    init(opensThought: Bool) { openingTag = opensThought ? "<think>\n" : "" }

    /// More of the thought.
    mutating func thought(_ text: String) -> String {
        defer { isOpen = true }
        return isOpen ? text : openingTag + text
    }

    /// What stands in front of what follows the thought; nothing without one, or the second time.
    mutating func close() -> String {
        defer { isOpen = false }
        return isOpen ? "\n</think>\n\n" : ""
    }
}
