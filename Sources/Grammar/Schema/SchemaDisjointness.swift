import OrderedJSON

/// Whether no value can be valid under two schemas, as far as that is plain to see.
enum SchemaDisjointness {
    static func holds(_ schemas: [JSONValue]) -> Bool {
        for (index, one) in schemas.enumerated() {
            for other in schemas[..<index] where !areDisjoint(one, other) { return false }
        }
        return true
    }

    private static func areDisjoint(_ one: JSONValue, _ other: JSONValue) -> Bool {
        let (types, otherTypes) = (types(one), types(other))
        if !types.isEmpty, !otherTypes.isEmpty, types.isDisjoint(with: otherTypes) { return true }
        if let values = constants(one), let others = constants(other) {
            return !values.contains { others.contains($0) }
        }
        guard types == ["object"], otherTypes == ["object"] else { return false }
        // A member that both must have, with constants of which none is the same.
        let names = Set(required(one)).intersection(required(other))
        return names.contains { name in
            guard let values = one["properties"]?[name].flatMap(constants),
                let others = other["properties"]?[name].flatMap(constants)
            else { return false }
            return !values.contains { others.contains($0) }
        }
    }

    private static func types(_ schema: JSONValue) -> Set<String> {
        var names = Set(schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string) ?? [])
        // An integer is a number, too.
        if names.contains("number") { names.insert("integer") }
        return names
    }

    private static func required(_ schema: JSONValue) -> [String] {
        schema["required"]?.array?.compactMap(\.string) ?? []
    }

    private static func constants(_ schema: JSONValue) -> [JSONValue]? {
        schema["const"].map { [$0] } ?? schema["enum"]?.array
    }
}
