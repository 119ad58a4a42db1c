import OrderedJSON

/// The request header `x-max-think-tokens`: the weakest source of a bound that a request has.
package enum ThinkingHeader {
    /// The header's name, which also names it in errors.
    package static let name = "x-max-think-tokens"

    /// Refuses headers whose names look like a bound: a misspelt one that is ignored costs its sender money.
    ///
    /// - Parameter names: Those of a request, in small letters.
    /// - Throws: `APIError` that names the header and suggests what was probably meant.
    package static func check(_ names: some Sequence<String>) throws(APIError) {
        for name in names where name != Self.name {
            let bare = name.hasPrefix("x-") ? String(name.dropFirst(2)) : name
            if let lookalike = BudgetLookalike(bare) { throw lookalike.error(ofHeader: name) }
        }
    }

    /// Its bound; `nil` if it is absent or -1.
    ///
    /// - Throws: `APIError` for anything but a whole number.
    package static func bound(_ text: String?) throws(APIError) -> Int? {
        guard let text, text != "-1" else { return nil }
        guard let tokens = TokenCount(text) else {
            throw .invalidRequest(
                "The header '\(name)' must be a whole number from -1 to \(ChatParameters.maxTokenCount), but was "
                    + "\(Quotation.of(.string(text))).",
                param: name,
                code: "invalid_value"
            )
        }
        return tokens.value
    }
}
