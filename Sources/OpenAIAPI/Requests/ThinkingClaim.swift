/// Something a request says about its thought, and the field in which it says so.
package struct ThinkingClaim<Value: Sendable & Equatable>: Sendable, Equatable {
    package let value: Value
    /// The field's path as it was sent, for example `thinking.budget_tokens`.
    package let source: String

    package init(_ value: Value, source: String) {
        self.value = value
        self.source = source
    }
}
