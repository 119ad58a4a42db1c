/// The text that ends a thought from outside, prepared for every point at which the model may be interrupted.
///
/// A closing tag is plain text of several tokens. If the model is stopped when it has begun the tag itself, only the
/// rest of the tag may be fed, or the tag would stand there one and a half times.
package struct ClosingText: Sendable, Equatable {
    /// What is fed when a number of bytes of the tag stand there already.
    package struct Variant: Sendable, Equatable {
        /// The thought's last text.
        package let thought: [UInt8]
        /// What stands behind the tag.
        package let answer: [UInt8]
        package let tokens: [Int32]
    }

    /// The tag that ends a thought.
    package static let tag = Array("</think>".utf8)

    /// What the server feeds unless a request brings its own text.
    package static let standard = "\n</think>\n\n"

    /// Indexed by how many bytes of the tag have been sampled, `0..<tag.count`.
    package let variants: [Variant]

    /// The most tokens that closing a thought can take.
    package let maxTokenCount: Int

    /// Prepares a closing text.
    ///
    /// - Parameters:
    ///   - text: Any text. Without `</think>` in it the tag and a blank line are added: a thought has to end. So has one
    ///     that the text opens behind the tag.
    ///   - encode: Tokens of a text, with special tokens disabled.
    package init(_ text: String, encode: (String) -> [Int32]) {
        let blank = Array("\n\n".utf8)
        var head = Array(text.utf8)
        var tail = blank
        if let start = ClosingText.firstTag(in: head) {
            tail = Array(head[(start + ClosingText.tag.count)...])
            head = Array(head[..<start])
        }
        if ClosingText.endsInThought(tail) { tail += ClosingText.tag + blank }
        variants = ClosingText.tag.indices.map { sampled in
            let thought = sampled == 0 ? head : []
            let bytes = thought + ClosingText.tag[sampled...] + tail
            return Variant(thought: thought, answer: tail, tokens: encode(String(decoding: bytes, as: UTF8.self)))
        }
        maxTokenCount = variants.map(\.tokens.count).max() ?? 0
    }

    private static func endsInThought(_ answer: [UInt8]) -> Bool {
        var scanner = TagScanner(channel: .answer)
        _ = scanner.feed(answer)
        return scanner.channel == .thought
    }

    private static func firstTag(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= tag.count else { return nil }
        return (0...(bytes.count - tag.count)).first { bytes[$0..<($0 + tag.count)].elementsEqual(tag) }
    }
}
