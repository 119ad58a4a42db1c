/// The declared fields of an object, and what happens to fields that are not declared.
struct ParameterTable: Sendable {
    /// What becomes of fields that the table does not know.
    enum UnknownMembers: Sendable {
        /// Left out and listed in `x-actuary-ignored`, unless they look like a budget or a price.
        case reported
        /// The same, but only their names are looked at, not what they hold: data about the past.
        case reportedByName
        /// Answered with 400.
        case refused
        /// Kept without a look: the object's owner is somebody else, such as a tool's declaration.
        case kept
    }

    let parameters: [Parameter]
    let unknownMembers: UnknownMembers
    private let places: [String: Int]

    /// - Precondition: The names differ.
    init(_ parameters: [Parameter], unknownMembers: UnknownMembers = .reported) {
        self.parameters = parameters
        self.unknownMembers = unknownMembers
        places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
    }

    subscript(name: String) -> Parameter? { places[name].map { parameters[$0] } }

    /// The same table with other declarations for some names; new names are added.
    func replacing(_ changes: [Parameter]) -> ParameterTable {
        let changed = ParameterTable(changes)
        let kept = parameters.filter { changed[$0.name] == nil }
        return ParameterTable(kept + changes, unknownMembers: unknownMembers)
    }

    /// The same table without some names.
    func removing(_ names: [String]) -> ParameterTable {
        ParameterTable(parameters.filter { !names.contains($0.name) }, unknownMembers: unknownMembers)
    }
}
