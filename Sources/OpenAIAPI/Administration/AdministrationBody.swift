package import OrderedJSON

/// A body of the endpoints under `/v1/admin`: fields have their types, unknown ones are 400.
///
/// `null` takes a limit, a plan, an end or a label away, and so does `"none"`; a field that is missing stays as it is.
/// Money is a string of decimal digits or a number; what terms may say is decided by whoever keeps them.
package struct AdministrationBody: Sendable, Equatable {
    /// What a body is for.
    package enum Form: Sendable {
        case newAccount
        case accountChange
        case accountClosing
        case grant
        case newKey
        case keyChange
        case keyRotation
        case keyRevocation
    }

    /// The fields that were given, `"none"` for `null` where that means something.
    private let fields: JSONObject

    /// Reads a body; one that is empty has no fields.
    ///
    /// - Throws: `APIError` with status 400 that names the field at fault and says what is allowed.
    package init(_ body: [UInt8], for form: Form) throws(APIError) {
        let sent = body.isEmpty ? .object([:]) : try ParameterReader.parse(body)
        fields = try ParameterReader.read(Self.sayingNone(sent, form.table), form.table).fields
    }

    package subscript(name: String) -> JSONValue? { fields[name] }

    /// The limits that were given.
    package var limits: JSONObject { fields["limits"]?.object ?? [:] }

    /// `null` as a word, at the fields that may be taken away: otherwise it would be as if they were missing.
    private static func sayingNone(_ value: JSONValue, _ table: ParameterTable) -> JSONValue {
        guard var members = value.object else { return value }
        for parameter in table.parameters {
            guard let member = members[parameter.name], case .built(let kind) = parameter.support else { continue }
            if case .group(let inner) = kind {
                members[parameter.name] = sayingNone(member, inner)
            } else if member.isNull, let absence = absences[parameter.name] {
                members[parameter.name] = absence
            }
        }
        return .object(members)
    }

    /// What takes a limit or a term away.
    package static let none = "none"

    /// What `null` says where it says something.
    private static let absences: [String: JSONValue] = {
        let limits = AdministrationTables.limits.parameters.map(\.name)
        let terms = ["plan", "expires", "max_think_tokens", "max_think_tokens_cap"]
        return Dictionary(uniqueKeysWithValues: (limits + terms).map { ($0, .string(none)) } + [("label", "")])
    }()
}
