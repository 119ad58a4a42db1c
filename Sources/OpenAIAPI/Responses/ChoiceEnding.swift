/// How a choice ended.
package struct ChoiceEnding: Sendable, Equatable {
    package var reason: FinishReason
    /// The stop string that ended it.
    package var stopString: String?

    package init(_ reason: FinishReason, stopString: String? = nil) {
        self.reason = reason
        self.stopString = stopString
    }
}
