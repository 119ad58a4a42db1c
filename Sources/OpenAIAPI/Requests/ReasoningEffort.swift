/// How hard a request wants the model to think, in words; a table of the operator turns it into tokens.
package enum ReasoningEffort: String, Sendable, CaseIterable {
    /// Not at all.
    case off = "none"
    case minimal
    case low
    case medium
    case high
    case xhigh
    case max
}
