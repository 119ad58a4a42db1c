/// Recognises unknown field names that look like a budget or a price.
///
/// A misspelt bound that is silently ignored costs its sender money, so such a field is answered with 400.
struct BudgetLookalike: Equatable, Sendable {
    /// The field that was probably meant; `nil` if nothing here is like it.
    let suggestion: String?

    /// What a name that is like nothing in particular is taken for.
    private static let standardSuggestion = "max_think_tokens"

    /// Looks at a field's name; `nil` if it is harmless.
    init?(_ name: String) {
        let plain = Self.plain(name)
        if let nearest = Self.nearest(to: plain, in: Self.known) {
            suggestion = nearest
        } else if Self.mentions(plain, Self.thought), Self.mentions(plain, Self.bound) {
            suggestion = Self.standardSuggestion
        } else if Self.mentions(plain, Self.price), Self.mentions(plain, Self.cap) {
            suggestion = nil
        } else {
            return nil
        }
    }

    /// One whose right name is known.
    init(suggestion: String) { self.suggestion = suggestion }

    /// The bound among a table's fields whose name is at most two typing errors away.
    static func member(of table: ParameterTable, like name: String) -> String? {
        let bounds = table.parameters.filter(\.isBudget).map(\.name)
        return nearest(to: plain(name), in: bounds.map { (Array(plain($0).utf8), $0) })
    }

    /// What the client is told about the field at `path`.
    func error(at path: String) -> APIError {
        let cause = "'\(Quotation.cut(path, to: 200))' is unknown and looks like a limit, which is never ignored"
        let advice = suggestion.map { "did you mean '\($0)'?" } ?? "this server has no such field, leave it out."
        return .invalidRequest("\(cause): \(advice)", param: path, code: "unknown_parameter")
    }

    /// What the client is told about a header.
    func error(ofHeader name: String) -> APIError {
        let cause =
            "The header '\(Quotation.cut(name, to: 200))' is unknown and looks like a limit, which is never ignored"
        let advice =
            switch suggestion {
            case Self.standardSuggestion?: "did you mean '\(ThinkingHeader.name)'?"
            case let field?: "send '\(field)' in the body."
            case nil: "this server has no such header, leave it out."
            }
        return .invalidRequest("\(cause): \(advice)", param: name, code: "unknown_parameter")
    }

    private static let thought = ["think", "reason"]
    private static let bound = ["budget", "token", "limit", "max", "level", "effort"]
    private static let price = ["cost", "price", "spend"]
    private static let cap = ["max", "limit", "cap"]

    /// Known names without case, `_` and `-`, and what to suggest instead of a name that resembles them.
    private static let known: [(plain: [UInt8], suggestion: String)] = ChatParameters.completion.parameters.flatMap {
        parameter -> [(plain: [UInt8], suggestion: String)] in
        var found: [(plain: [UInt8], suggestion: String)] = []
        if parameter.isBudget { found.append((Array(plain(parameter.name).utf8), suggestion(for: parameter))) }
        if case .built(.group(let members)) = parameter.support {
            // Outside its object a member's own name means nothing.
            found += members.parameters.filter(\.isBudget).map {
                (Array(plain($0.name).utf8), $0.name == "effort" ? "reasoning_effort" : standardSuggestion)
            }
        }
        return found
    }

    private static func suggestion(for parameter: Parameter) -> String {
        switch parameter.support {
        case .built(.group), .inert: standardSuggestion
        // Of the names of a bound our own is the one that needs no explanation.
        case .built: ThinkingParameters.boundPaths.contains(parameter.name) ? standardSuggestion : parameter.name
        case .refused(let refusal):
            if case .renamed(let right) = refusal.reason { right } else { standardSuggestion }
        }
    }

    /// The suggestion of the known name that is at most two typing errors away; one or none for short names.
    private static func nearest(
        to plain: String,
        in known: [(plain: [UInt8], suggestion: String)]
    ) -> String? {
        let bytes = Array(plain.utf8)
        var best: (distance: Int, suggestion: String)?
        for (name, suggestion) in known {
            let limit = name.count < 6 ? 0 : name.count < 9 ? 1 : 2
            guard let distance = EditDistance.between(bytes, name, atMost: limit) else { continue }
            if distance < best?.distance ?? .max { best = (distance, suggestion) }
        }
        return best?.suggestion
    }

    /// The name without case, `_` and `-`; of a monstrous name its beginning.
    private static func plain(_ name: String) -> String {
        Quotation.cut(name, to: 128).lowercased().filter { $0 != "_" && $0 != "-" }
    }

    private static func mentions(_ text: String, _ words: [String]) -> Bool {
        words.contains { text.contains($0) }
    }
}
