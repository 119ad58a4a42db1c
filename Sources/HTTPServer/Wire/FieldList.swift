/// Comma-separated field values (RFC 9110 §5.6.1).
enum FieldList {
    /// The elements of a list without the blanks around them; empty ones are dropped unless asked for.
    static func elements(_ value: String, keepingEmpty: Bool = false) -> [Substring] {
        value.split(separator: ",", omittingEmptySubsequences: false)
            .map(trimBlanks)
            .filter { keepingEmpty || !$0.isEmpty }
    }

    /// Whether a list has an element, compared without case.
    static func contains(_ values: [String], _ element: String) -> Bool {
        values.contains { value in elements(value).contains { $0.lowercased() == element } }
    }

    private static func trimBlanks(_ text: Substring) -> Substring {
        var text = text
        while let first = text.utf8.first, ByteClass.isBlank(first) { text = text.dropFirst() }
        while let last = text.utf8.last, ByteClass.isBlank(last) { text = text.dropLast() }
        return text
    }
}
