import OrderedJSON

/// One declared field of a request body: its name, its bounds and what the server does with it.
///
/// `null` always means that the field is absent.
struct Parameter: Sendable {
    /// What the server does with the field.
    enum Support: Sendable {
        /// It works.
        case built(ParameterKind)
        /// It is checked and has no effect here, which the client is told by `x-actuary-ignored`.
        case inert(ParameterKind)
        /// It would change the answer and cannot; only values that change nothing are let through.
        case refused(Refusal)
    }

    /// Why and when a field is answered with 400.
    struct Refusal: Sendable {
        /// The values that ask for nothing; clients send them as their defaults.
        let neutral: [JSONValue]
        let reason: Reason
    }

    /// Why a field is refused.
    enum Reason: Sendable {
        /// This server does not have it yet.
        case notBuilt
        /// Another name is meant.
        case renamed(String)
        /// What the client should do instead, as a sentence.
        case misplaced(String)
    }

    let name: String
    let support: Support
    var isRequired = false
    /// Whether it bounds or switches how much is generated: names that resemble it are never ignored.
    var isBudget = false

    /// A field that works.
    static func built(_ name: String, _ kind: ParameterKind, required: Bool = false) -> Parameter {
        Parameter(name: name, support: .built(kind), isRequired: required)
    }

    /// A field that bounds what is generated, and works.
    static func budget(_ name: String, _ kind: ParameterKind) -> Parameter {
        Parameter(name: name, support: .built(kind), isBudget: true)
    }

    /// The same, but it must be there.
    var required: Parameter {
        var copy = self
        copy.isRequired = true
        return copy
    }

    /// A field without effect on the answer.
    static func inert(_ name: String, _ kind: ParameterKind) -> Parameter {
        Parameter(name: name, support: .inert(kind))
    }

    /// A field that this server does not have yet.
    static func notBuilt(_ name: String, neutral: [JSONValue] = []) -> Parameter {
        Parameter(name: name, support: .refused(Refusal(neutral: neutral, reason: .notBuilt)))
    }

    /// A field that bounds or switches what is generated, which this server does not have yet.
    static func budgetNotBuilt(_ name: String, neutral: [JSONValue] = []) -> Parameter {
        Parameter(name: name, support: .refused(Refusal(neutral: neutral, reason: .notBuilt)), isBudget: true)
    }

    /// An object of such fields.
    static func budgetGroup(
        _ name: String,
        _ members: [Parameter],
        unknownMembers: ParameterTable.UnknownMembers
    ) -> Parameter {
        .budget(name, .group(ParameterTable(members, unknownMembers: unknownMembers)))
    }

    /// A bound that goes by another name here.
    static func renamed(_ name: String, to right: String, neutral: [JSONValue] = []) -> Parameter {
        Parameter(name: name, support: .refused(Refusal(neutral: neutral, reason: .renamed(right))), isBudget: true)
    }

    /// A field that belongs elsewhere.
    static func misplaced(_ name: String, neutral: [JSONValue] = [], _ advice: String) -> Parameter {
        Parameter(name: name, support: .refused(Refusal(neutral: neutral, reason: .misplaced(advice))))
    }
}

extension Parameter.Refusal {
    /// Whether a value asks for nothing; `0` and `0.0` are the same.
    func tolerates(_ value: JSONValue) -> Bool {
        neutral.contains { $0 == value || ($0.number != nil && $0.number == value.number) }
    }

    /// What the client is told about the field at `path`.
    func error(at path: String) -> APIError {
        switch reason {
        case .notBuilt:
            let neutralText = neutral.first.map { " or set it to \($0.text())" } ?? ""
            return .invalidRequest(
                "'\(path)' is not supported by this server yet; leave it out\(neutralText).",
                param: path,
                code: "unsupported_parameter"
            )
        case .renamed(let right):
            return .invalidRequest(
                "'\(path)' is not a field of this endpoint; use '\(right)'.",
                param: path,
                code: "unknown_parameter"
            )
        case .misplaced(let advice):
            return .invalidRequest("'\(path)': \(advice)", param: path, code: "unknown_parameter")
        }
    }
}
