import OrderedJSON

/// The declared members of the messages of a chat.
enum MessageParameters {
    /// A whole conversation.
    static let messages = ParameterKind.list(.variants(message), count: 1...Int.max)

    private static let message = ParameterVariants(
        by: "role",
        [
            ("system", instruction), ("developer", instruction), ("user", user), ("assistant", assistant),
            ("tool", tool), ("function", function),
        ]
    )

    /// Clients store things of their own in their histories, such as the usage of an earlier answer.
    private static func member(_ parameters: [Parameter]) -> ParameterTable {
        ParameterTable(parameters, unknownMembers: .reportedByName)
    }

    private static let role = Parameter.built("role", .string(), required: true)
    private static let name = Parameter.built("name", .string())

    private static let instruction = member([role, .built("content", content, required: true), name])

    private static let user = member([role, .built("content", content, required: true), name])

    private static let tool = member([
        role, .built("content", content, required: true), .built("tool_call_id", .string()), name,
    ])

    /// The older form of a tool's answer.
    private static let function = member([
        role, .built("content", content, required: true), .built("name", .string(), required: true),
    ])

    private static let assistant = member([
        role,
        .built("content", assistantContent),
        name,
        .built("reasoning_content", .string()),
        .built("reasoning", .string()),
        .built("tool_calls", .list(.group(toolCall))),
        .inert("refusal", .string()),
        .inert("annotations", .list(.object)),
        .notBuilt("audio"),
        .built("function_call", .group(calledFunction)),
    ])

    private static let toolCall = member([
        .built("id", .string()),
        .built("type", .word(["function"])),
        .built("function", .group(calledFunction), required: true),
        .inert("index", .integer(0...Int64.max)),
    ])

    private static let calledFunction = member([
        .built("name", .string(bytes: 1...Int.max), required: true),
        .built("arguments", .oneOf([.string(), .object]), required: true),
    ])

    private static let content = contentKind([("text", textPart), ("input_text", textPart)])

    private static let assistantContent = contentKind([
        ("text", textPart), ("input_text", textPart), ("refusal", refusalPart),
    ])

    private static func contentKind(_ parts: [(String, ParameterTable)]) -> ParameterKind {
        let part = ParameterVariants(by: "type", parts, note: "; this model reads text only")
        return .oneOf([.string(), .list(.variants(part), count: 1...Int.max)])
    }

    private static let textPart = member([
        .built("type", .string(), required: true), .built("text", .string(), required: true),
    ])

    private static let refusalPart = member([
        .built("type", .string(), required: true), .built("refusal", .string(), required: true),
    ])
}
