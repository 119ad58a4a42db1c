/// The `usage` of an answer: what was counted, and which bound was applied.
package struct Usage: Sendable, Equatable {
    /// The bound that was applied to the thoughts of a request, and who asked for it.
    package struct Bound: Sendable, Equatable {
        /// Whether the request thought at all.
        package var isEnabled: Bool
        /// The most thinking tokens of each choice; `nil` is none.
        package var tokens: Int?
        /// The field as it was sent, or `message`, `server_default`, ….
        package var source: String

        package init(isEnabled: Bool, tokens: Int?, source: String) {
            self.isEnabled = isEnabled
            self.tokens = tokens
            self.source = source
        }

        /// The header fields that say the same of every answer.
        package var headerFields: [(name: String, value: String)] {
            [("x-think-budget", tokens.map(String.init) ?? "unlimited"), ("x-think-budget-source", source)]
        }
    }

    package let promptTokens: Int
    /// How many of the prompt's tokens were not computed anew.
    package let cachedTokens: Int
    package let bound: Bound
    /// The sums over all choices; `endedBy` is the first choice's.
    package let completion: ChoiceTokens
    /// What it cost.
    package private(set) var charge = Charge()

    /// - Precondition: There is at least one choice; `0 <= cachedTokens <= promptTokens`.
    package init(promptTokens: Int, cachedTokens: Int = 0, bound: Bound, choices: [ChoiceTokens]) {
        precondition((0...promptTokens).contains(cachedTokens), "more cached tokens than the prompt has")
        guard let first = choices.first else { preconditionFailure("a completion has a choice") }
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.bound = bound
        completion = ChoiceTokens(
            reasoning: choices.reduce(0) { $0 + $1.reasoning },
            forced: choices.reduce(0) { $0 + $1.forced },
            answer: choices.reduce(0) { $0 + $1.answer },
            completion: choices.reduce(0) { $0 + $1.completion },
            endedBy: first.endedBy
        )
    }

    package var totalTokens: Int { promptTokens + completion.completion }

    /// The same with what it cost.
    package func charged(_ charge: Charge) -> Usage {
        var copy = self
        copy.charge = charge
        return copy
    }

    /// Appends the object.
    package func append(to bytes: inout [UInt8]) {
        bytes.json(#"{"prompt_tokens":"#)
        bytes.json(promptTokens)
        bytes.json(#","completion_tokens":"#)
        bytes.json(completion.completion)
        bytes.json(#","total_tokens":"#)
        bytes.json(totalTokens)
        bytes.json(#","prompt_tokens_details":{"cached_tokens":"#)
        bytes.json(cachedTokens)
        bytes.json(#"},"completion_tokens_details":{"reasoning_tokens":"#)
        bytes.json(completion.reasoning)
        bytes.json("},")
        appendOwnMembers(to: &bytes)
        bytes.json("}")
    }

    /// Appends the members that are this server's own, in every endpoint's usage: `"thinking":{…}` and what it cost.
    func appendOwnMembers(to bytes: inout [UInt8]) {
        appendThinking(to: &bytes)
        charge.append(to: &bytes)
    }

    /// Appends `"thinking":{…}`.
    func appendThinking(to bytes: inout [UInt8]) {
        bytes.json(#""thinking":{"enabled":"#)
        bytes.json(bound.isEnabled)
        bytes.json(#","budget":"#)
        bytes.json(bound.tokens)
        bytes.json(#","budget_source":"#)
        bytes.json(string: bound.source)
        bytes.json(",")
        completion.append(to: &bytes)
        bytes.json("}")
    }
}
