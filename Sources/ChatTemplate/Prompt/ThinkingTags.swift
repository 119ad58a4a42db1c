/// Finds out from a prompt whether the model's first token belongs to a thought.
enum ThinkingTags {
    /// Whether the prompt ends behind an open `<think>`.
    ///
    /// Only a tag the template wrote opens a thought: what came with the request may look like one. Behind it the
    /// template itself wrote nothing but blanks, or the turn would be over; what the request wrote there is the
    /// beginning of the answer, which may bring its own `</think>`.
    static func endsInsideThought(_ prompt: TemplateString) -> Bool {
        let open = TemplateString(trusted: "<think>")
        guard let start = prompt.lastTrusted(open) else { return false }
        let rest = prompt[bytes: start + open.byteCount..<prompt.byteCount]
        guard rest.trusted.allSatisfy({ rest[bytes: $0].stripped().isEmpty }) else { return false }
        return !rest.contains(TemplateString(trusted: "</think>"))
    }
}

extension TemplateString {
    /// The offset of the last occurrence of `needle` that the template wrote itself, from end to end.
    fileprivate func lastTrusted(_ needle: TemplateString) -> Int? {
        let search = ByteSearch(needle.utf8)
        for run in trusted.reversed() where run.count >= needle.byteCount {
            if let last = search.all(in: Array(utf8[run])).last { return run.lowerBound + last }
        }
        return nil
    }
}
