import OrderedJSON

/// How far to think, said by the name of the model: `…:think=512`, `…:no_think`, `…:low`.
///
/// For programs whose users can choose a model and nothing else.
package enum ModelSuffix: Sendable, Equatable {
    case bound(Int)
    case thinks(Bool)
    case effort(ReasoningEffort)

    /// Reads what follows the colon; `nil` if that is no suffix.
    ///
    /// - Throws: `APIError` for a bound that is no whole number: it is never taken for something else.
    package init?(_ text: String) throws(APIError) {
        if let effort = ReasoningEffort(rawValue: text) {
            self = .effort(effort)
        } else if text == "think" || text == "no_think" {
            self = .thinks(text == "think")
        } else if text.hasPrefix("think=") {
            guard let tokens = TokenCount(text.dropFirst("think=".count)) else {
                throw .invalidRequest(
                    "'model' ends in \(Quotation.of(.string(":" + text))); write ':think=N' with a whole number from 0 to "
                        + "\(ChatParameters.maxTokenCount).",
                    param: "model",
                    code: "invalid_value"
                )
            }
            self = .bound(tokens.value)
        } else {
            return nil
        }
    }

    /// The suffixes that a list of models shows; any other number is understood, too.
    package static let listed =
        ["no_think", "think=512"] + ReasoningEffort.allCases.filter { $0 != .off }.map(\.rawValue)
}
