/// The declared fields about tools.
enum ToolParameters {
    /// Those of a chat completion.
    static let chat: [Parameter] = [
        .built("tools", .verbatim(.list(.group(tool)))),
        .built("tool_choice", .oneOf([.word(["none", "auto", "required"]), .variants(choice)])),
        .built("parallel_tool_calls", .boolean),
        .built("functions", .verbatim(.list(.group(declaration)))),
        .built("function_call", .oneOf([.word(["none", "auto"]), .group(ParameterTable([functionName]))])),
    ]

    /// What a function is called.
    static let functionName = Parameter.built("name", .string(bytes: 1...256), required: true)

    private static let tool = ParameterTable(
        [
            .built("type", .word(["function"]), required: true),
            .built("function", .group(declaration), required: true),
        ],
        unknownMembers: .kept
    )

    private static let declaration = ParameterTable(
        [
            functionName,
            .built("description", .string()),
            .built("parameters", .object),
            .built("strict", .boolean),
        ],
        unknownMembers: .kept
    )

    private static let type = Parameter.built("type", .string(), required: true)

    private static let named = ParameterTable([
        type, .built("function", .group(ParameterTable([functionName])), required: true),
    ])

    private static let choice = ParameterVariants(
        by: "type",
        [
            ("function", named),
            ("allowed_tools", ParameterTable([type, .built("allowed_tools", .group(allowed), required: true)])),
        ]
    )

    private static let allowed = ParameterTable([
        .built("mode", .word(["auto", "required"]), required: true),
        .built("tools", .list(.group(named), count: 1...Int.max), required: true),
    ])
}
