import OrderedJSON

/// A value in the file with the path to it, so that errors can name the field.
struct FileField {
    let path: String
    let value: JSONValue

    func members() throws(TokenizerError) -> FileMembers {
        guard let members = value.object else { throw wrongType("an object") }
        return FileMembers(path: path, members: members)
    }

    func elements() throws(TokenizerError) -> [FileField] {
        guard let elements = value.array else { throw wrongType("an array") }
        return elements.enumerated().map { FileField(path: "\(path)[\($0.offset)]", value: $0.element) }
    }

    func string() throws(TokenizerError) -> String {
        guard let text = value.string else { throw wrongType("a string") }
        return text
    }

    func integer() throws(TokenizerError) -> Int {
        guard let number = value.integer else { throw wrongType("an integer") }
        return number
    }

    func bool() throws(TokenizerError) -> Bool {
        guard let flag = value.bool else { throw wrongType("a boolean") }
        return flag
    }

    /// Demands that this is an object whose `type` is the one that is supported.
    func checkType(_ supported: String) throws(TokenizerError) {
        let type = try members().required("type")
        guard try type.string() == supported else { throw type.unsupported(supported) }
    }

    /// Demands that this flag is off.
    func checkFalse() throws(TokenizerError) {
        if try bool() { throw unsupported("false") }
    }

    func wrongType(_ expected: String) -> TokenizerError {
        .wrongType(field: path, expected: expected, found: value.kind)
    }

    func unsupported(_ supported: String) -> TokenizerError {
        .unsupported(field: path, value: value.text(.python), supported: supported)
    }
}
