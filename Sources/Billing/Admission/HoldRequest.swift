/// What a request asks of the ledger before it may run.
package struct HoldRequest: Hashable, Sendable {
    package var requestID: String
    package var account: String
    /// The key's id; `nil` on a server without keys.
    package var key: String?
    package var model: String
    package var promptTokens: Int
    package var choices: Int
    /// Thinking tokens of each choice at most, grace included; may be granted in part.
    package var thinkingBound: Int
    /// Thinking, answer and forced tokens of each choice at most.
    package var completionBound: Int
    /// What the request's `Idempotency-Key` says, if it has one.
    package var idempotency: IdempotencyClaim?

    package init(
        requestID: String,
        account: String,
        key: String? = nil,
        model: String,
        promptTokens: Int,
        choices: Int = 1,
        thinkingBound: Int,
        completionBound: Int,
        idempotency: IdempotencyClaim? = nil
    ) {
        self.requestID = requestID
        self.account = account
        self.key = key
        self.model = model
        self.promptTokens = promptTokens
        self.choices = choices
        self.thinkingBound = thinkingBound
        self.completionBound = completionBound
        self.idempotency = idempotency
    }

    var isPlausible: Bool {
        let most = Int(Int32.max)
        return (0...most).contains(promptTokens) && (1...most).contains(choices) && (0...most).contains(thinkingBound)
            && (0...most).contains(completionBound) && !requestID.isEmpty
    }
}
