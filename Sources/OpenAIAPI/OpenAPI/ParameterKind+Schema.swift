import OrderedJSON

/// What is declared of parameters, as JSON Schemas: the document says what validation does.
extension ParameterKind {
    /// Takes every value that the kind takes. Rules that the dialect cannot express stand in the description.
    var schema: Schema {
        switch self {
        case .boolean: .boolean
        case .word(let words): .words(words)
        case .integer(let range, let note):
            Schema.integer
                .with("minimum", .integer(range.lowerBound)).with("maximum", .integer(range.upperBound))
                .described(note)
        case .number(let range):
            Schema.number
                .with(range.includesLower ? "minimum" : "exclusiveMinimum", .double(range.lower))
                .with("maximum", .double(range.upper))
        // The dialect counts characters: each has one byte at least.
        case .string(let bytes):
            Schema.string
                .with("minLength", bytes.lowerBound > 0 ? 1 : nil).with("maxLength", Self.limit(bytes.upperBound))
                .described(bytes == 0...Int.max ? "" : "Counted in bytes of UTF-8: \(allowed).")
        case .object: .anyObject
        case .tokenMap(let values, let count):
            Schema.anyObject
                .with("propertyNames", ["pattern": "^(0|[1-9][0-9]{0,9})$"])
                .with("additionalProperties", values.schema.json)
                .with("maxProperties", .integer(Int64(count)))
        case .group(let table): table.schema
        case .variants(let variants): variants.schema
        case .list(let element, let count):
            Schema.array(of: element.schema)
                .with("minItems", count.lowerBound > 0 ? .integer(Int64(count.lowerBound)) : nil)
                .with("maxItems", Self.limit(count.upperBound))
        case .oneOf(let kinds): .anyOf(kinds.map(\.schema))
        case .verbatim(let kind): kind.schema
        }
    }

    private static func limit(_ upper: Int) -> JSONValue? { upper == Int.max ? nil : .integer(Int64(upper)) }
}

extension ParameterTable {
    /// The object that the table declares.
    var schema: Schema {
        let required = parameters.filter(\.isRequired).map { JSONValue.string($0.name) }
        let properties = Schema.anyObject
            .with("properties", .object(JSONObject(parameters.map { ($0.name, $0.schema.json) })))
            .with("required", required.isEmpty ? nil : .array(required))
        // A member that is null counts as absent, under whatever name.
        return unknownMembers == .refused ? properties.with("additionalProperties", Schema.null.json) : properties
    }
}

extension ParameterVariants {
    /// One of the objects; the member that tells them apart is a constant in each.
    var schema: Schema {
        .oneOf(
            words.compactMap { word in
                self[word].map { table in
                    let parameter = Parameter.built(discriminator, .word([word]), required: word != impliedWord)
                    return table.replacing([parameter]).schema
                }
            }
        )
    }
}

extension Parameter {
    /// The values that the field may have; null is as good as none unless it is required.
    var schema: Schema {
        switch support {
        case .built(let kind): isRequired ? kind.schema : kind.schema.nullable
        case .inert(let kind): kind.schema.nullable.described("Checked, but without effect on this server.")
        case .refused(let refusal):
            Schema(["enum": .array(refusal.neutral + [.null])]).described(refusal.description)
        }
    }
}

extension Parameter.Refusal {
    /// What the document says of the field.
    fileprivate var description: String {
        switch reason {
        case .notBuilt: "Not supported by this server; only values that ask for nothing are let through."
        case .renamed(let right): "Not a field of this endpoint; use '\(right)'."
        case .misplaced(let advice): "Not a field of this endpoint: \(advice)"
        }
    }
}
