import OrderedJSON

/// Where a client finds the thought; it is counted wherever it is told.
package enum ThoughtDelivery: String, Sendable, CaseIterable {
    /// In a field of its own, under both names that clients read.
    case both
    case reasoning
    case reasoningContent = "reasoning_content"
    /// At the start of the content, between its tags.
    case inline
    /// Nowhere.
    case hidden = "none"

    /// Takes what a table accepted: `reasoning_field`, and what other servers call it.
    ///
    /// Of several fields the one counts that shows least.
    init(_ fields: JSONObject) {
        let format = fields["reasoning_format"]?.string
        let isHidden =
            fields["include_reasoning"] == false || fields["reasoning"]?["exclude"] == true
            || fields["thinking"]?["display"] == "omitted" || format == "hidden"
        let isInline = fields["separate_reasoning"] == false || format == "none" || format == "raw"
        let named = fields["reasoning_field"]?.string.flatMap(Self.init) ?? .both
        self = isHidden ? .hidden : isInline && named != .hidden ? .inline : named
    }

    /// The names of the fields that have it.
    var fieldNames: [StaticString] {
        switch self {
        case .both: ["reasoning_content", "reasoning"]
        case .reasoning: ["reasoning"]
        case .reasoningContent: ["reasoning_content"]
        case .inline, .hidden: []
        }
    }
}
