/// Why a regular expression, a grammar or a schema cannot be turned into a constraint.
package enum GrammarError: Error, Equatable, Sendable {
    /// A regular expression or a grammar is not written as it must be.
    case syntax(offset: Int, problem: String)
    /// A keyword or a combination of keywords at a path of the schema is not supported.
    case unsupported(path: String, problem: String)
    /// A schema is not one.
    case invalid(path: String, problem: String)
    /// The constraint would need too much memory.
    case tooLarge
    /// Nothing can be written that fulfils the constraint.
    case matchesNothing(path: String)
    /// A rule begins with itself.
    case leftRecursion(rule: String)
    /// A rule is used but not defined.
    case undefinedRule(String)
}

extension GrammarError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syntax(let offset, let problem): "\(problem) at byte \(offset)"
        case .unsupported(_, let problem), .invalid(_, let problem): problem
        case .tooLarge: "it is too large"
        case .matchesNothing: "no text fulfils it"
        case .leftRecursion(let rule): "the rule '\(rule)' begins with itself"
        case .undefinedRule(let rule): "the rule '\(rule)' is not defined"
        }
    }

    /// Where in the schema the fault lies; empty for the whole.
    package var path: String {
        switch self {
        case .unsupported(let path, _), .invalid(let path, _), .matchesNothing(let path): path
        default: ""
        }
    }
}
