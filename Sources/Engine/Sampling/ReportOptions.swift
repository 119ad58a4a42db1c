/// What a client wants to be told beside the text.
package struct ReportOptions: Sendable, Equatable {
    /// Whether tokens are told one by one.
    package var reportsTokens = false
    /// How many of the likeliest tokens are told with each, and its own probability; `nil` tells no probabilities.
    package var alternatives: Int?
    /// The same for the tokens of the prompt; `nil` tells nothing of them.
    package var promptAlternatives: Int?
    /// Whether special tokens are part of the text, as they are written.
    package var showsSpecialTokens = false

    package init() {}
}
