import OrderedJSON

extension Value {
    /// The value of JSON from outside: all its texts are untrusted.
    ///
    /// - Throws: `TemplateError` when it is nested too deep.
    init(_ json: JSONValue) throws(TemplateError) {
        switch json {
        case .null: self = .none
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self = .int(Int(number))
        case .bigInteger(let digits): self = .bigInteger(digits)
        case .double(let number): self = .double(number)
        case .decimal(let digits): self = .double(Double(digits) ?? .nan)
        case .string(let text): self = .string(TemplateString(untrusted: text))
        case .array(let elements):
            self = .list(
                try ValueList(try elements.map { (element) throws(TemplateError) in try Value(element) })
            )
        case .object(let members):
            let map = ValueMap()
            for member in members {
                try map.set(.string(TemplateString(untrusted: member.key)), try Value(member.value))
            }
            self = .dictionary(map)
        }
    }
}
