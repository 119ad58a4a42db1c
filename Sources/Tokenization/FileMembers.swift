import OrderedJSON

/// The members of an object in the file, with the path to it.
struct FileMembers {
    let path: String
    let members: JSONObject

    /// A member that must be there.
    func required(_ name: String) throws(TokenizerError) -> FileField {
        guard let value = members[name] else { throw .missingField(path(to: name)) }
        return FileField(path: path(to: name), value: value)
    }

    /// A member that may be missing or null.
    func optional(_ name: String) -> FileField? {
        guard let value = members[name], !value.isNull else { return nil }
        return FileField(path: path(to: name), value: value)
    }

    private func path(to name: String) -> String { path == "the document" ? name : "\(path).\(name)" }
}
