/// The declared fields that say what form an answer must have.
enum FormParameterTable {
    static let all: [Parameter] = [
        .built("response_format", responseFormat),
        .built("structured_outputs", .group(ParameterTable(structured, unknownMembers: .refused))),
        .built("json_schema", schema),
        .built("regex", text), .built("grammar", .string(bytes: 0...maxTextBytes)), .built("ebnf", text),
        .built("guided_json", schema), .built("guided_regex", text), .built("guided_choice", words),
        .built("guided_grammar", text),
    ]

    /// The longest expression or grammar.
    private static let maxTextBytes = 1 << 18
    private static let text = ParameterKind.string(bytes: 1...maxTextBytes)
    private static let words = ParameterKind.list(.string(bytes: 1...4096), count: 1...4096)
    /// A schema, or its text.
    private static let schema = ParameterKind.oneOf([.object, .string(bytes: 2...(1 << 20))])

    private static let structured: [Parameter] = [
        .built("json", schema), .built("regex", text), .built("choice", words), .built("grammar", text),
        .built("json_object", .boolean),
    ]

    private static let responseFormat = ParameterKind.variants(
        ParameterVariants(
            by: "type",
            [
                ("text", ParameterTable([.built("type", .word(["text"]))])),
                ("json_object", ParameterTable([.built("type", .word(["json_object"]))])),
                (
                    "json_schema",
                    ParameterTable([
                        .built("type", .word(["json_schema"])),
                        .built("json_schema", .group(ParameterTable(namedSchema)), required: true),
                    ])
                ),
            ]
        )
    )

    /// As responses have it: the members of a schema stand beside its type.
    static let textFormat = ParameterKind.variants(
        ParameterVariants(
            by: "type",
            [
                ("text", ParameterTable([type])), ("json_object", ParameterTable([type])),
                ("json_schema", ParameterTable([type] + namedSchema.map { $0.name == "schema" ? $0.required : $0 })),
            ]
        )
    )

    /// As Anthropic has it, in `output_config.format`.
    static let outputFormat = ParameterKind.variants(
        ParameterVariants(
            by: "type",
            [("json_schema", ParameterTable([type, Parameter.built("schema", .object, required: true)]))]
        )
    )

    private static let type = Parameter.built("type", .string(), required: true)

    private static let namedSchema: [Parameter] = [
        .built("name", .string(bytes: 1...256), required: true), .built("description", .string()),
        .built("schema", .object),
        .built("strict", .boolean),
    ]
}
