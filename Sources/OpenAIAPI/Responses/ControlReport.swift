/// The body that answers `POST /v1/chat/completions/control`.
package struct ControlReport: Sendable, Equatable {
    /// Where one choice of the request stands now; choices that have ended are left out.
    package struct Choice: Sendable, Equatable {
        package var index: Int
        /// Whether it was thinking, so that the action had an effect.
        package var isApplied: Bool
        /// Whether it goes on thinking.
        package var isThinking: Bool
        /// The bound that holds now; `nil` is none.
        package var budget: Int?
        /// Tokens sampled while thinking so far.
        package var used: Int

        package init(index: Int, isApplied: Bool, isThinking: Bool, budget: Int?, used: Int) {
            self.index = index
            self.isApplied = isApplied
            self.isThinking = isThinking
            self.budget = budget
            self.used = used
        }
    }

    private let request: ControlRequest
    private let choices: [Choice]

    package init(_ request: ControlRequest, choices: [Choice]) {
        self.request = request
        self.choices = choices
    }

    /// `{"id","object","action","applied","choices":[{"index","applied","thinking","budget","used"}]}`.
    package var body: [UInt8] {
        var bytes: [UInt8] = []
        bytes.json(#"{"id":"#)
        bytes.json(string: request.id)
        bytes.json(#","object":"chat.completion.control","action":"#)
        bytes.json(string: request.action.name)
        bytes.json(#","applied":"#)
        bytes.json(choices.contains(where: \.isApplied))
        bytes.json(#","choices":["#)
        for (position, choice) in choices.enumerated() {
            if position > 0 { bytes.json(",") }
            append(choice, to: &bytes)
        }
        bytes.json("]}")
        return bytes
    }

    private func append(_ choice: Choice, to bytes: inout [UInt8]) {
        bytes.json(#"{"index":"#)
        bytes.json(choice.index)
        bytes.json(#","applied":"#)
        bytes.json(choice.isApplied)
        bytes.json(#","thinking":"#)
        bytes.json(choice.isThinking)
        bytes.json(#","budget":"#)
        bytes.json(choice.budget)
        bytes.json(#","used":"#)
        bytes.json(choice.used)
        bytes.json("}")
    }
}
