import OrderedJSON

/// The shapes of `/v1/responses`.
enum ResponseShapes {
    static let all: [(String, Schema)] = [
        ("Response", response), ("ResponseEvent", event), ("ResponseItem", item), ("ResponsePart", part),
        ("ResponseUsage", usage), ("DeletedResponse", deleted),
    ]

    private static func typed(_ type: JSONValue, _ members: [(String, Schema)]) -> Schema {
        .object([("type", .constant(type))] + members)
    }

    private static let response = Schema.object([
        ("id", .string), ("object", .constant("response")), ("created_at", .count),
        ("status", .words(ResponseObject.Status.allCases.map(\.rawValue))), ("model", .string),
        ("output", .array(of: .component("ResponseItem"))), ("service_tier", .words(["default", "flex", "priority"])),
        ("error", Schema.object([("code", .string), ("message", .string)]).nullable),
        ("incomplete_details", Schema.object([("reason", .constant("max_output_tokens"))]).nullable),
        ("usage", Schema.component("ResponseUsage").nullable),
        ("instructions", Schema.string.nullable), ("max_output_tokens", Schema.count.nullable),
        ("previous_response_id", Schema.string.nullable), ("temperature", Schema.number.nullable),
        ("top_p", Schema.number.nullable), ("user", Schema.string.nullable), ("metadata", .anyObject),
        ("safety_identifier", Schema.string.nullable), ("prompt_cache_key", Schema.string.nullable),
        ("parallel_tool_calls", .boolean),
        ("reasoning", .object([("effort", Schema.string.nullable), ("summary", Schema.string.nullable)])),
        ("store", .boolean), ("text", .object([("format", .anyObject)])),
        ("tool_choice", .anyOf([.string, .anyObject])), ("tools", .array(of: .anyObject)),
        ("truncation", .constant("disabled")), ("background", .constant(false)),
    ])

    private static let part = Schema.anyOf([
        typed(
            "output_text",
            [("text", .string), ("annotations", .array(of: .anyObject)), ("logprobs", .array(of: .anyObject))]
        ),
        typed("reasoning_text", [("text", .string)]), typed("summary_text", [("text", .string)]),
    ])

    private static func item(_ type: JSONValue, _ members: [(String, Schema)]) -> Schema {
        typed(type, [("id", .string)] + members + [("status", .words(["completed", "in_progress"]))])
    }

    private static let item = Schema.anyOf([
        item("reasoning", [("summary", .array(of: .anyObject)), ("content", .array(of: .component("ResponsePart")))]),
        item("message", [("role", .constant("assistant")), ("content", .array(of: .component("ResponsePart")))]),
        item("function_call", [("call_id", .string), ("name", .string), ("arguments", .string)]),
    ])

    private static let usage = Schema.object(
        [
            ("input_tokens", .count), ("input_tokens_details", .object([("cached_tokens", .count)])),
            ("output_tokens", .count), ("output_tokens_details", .object([("reasoning_tokens", .count)])),
            ("total_tokens", .count),
        ] + UsageShapes.own,
        optional: UsageShapes.ownOptional
    )

    private static let deleted = Schema.object([
        ("id", .string), ("object", .constant("response")), ("deleted", .constant(true)),
    ])

    private static let place: [(String, Schema)] = [("item_id", .string), ("output_index", .count)]
    private static let partPlace = place + [("content_index", .count)]
    private static let summaryPlace = place + [("summary_index", .count)]

    private static func event(_ types: [String], _ members: [(String, Schema)]) -> Schema {
        .object([("type", .words(types.map { "response.\($0)" })), ("sequence_number", .count)] + members)
    }

    private static let event = Schema.anyOf([
        event(
            ["created", "in_progress", "completed", "incomplete", "failed"],
            [("response", .component("Response"))]
        ),
        event(
            ["output_item.added", "output_item.done"],
            [("output_index", .count), ("item", .component("ResponseItem"))]
        ),
        event(["content_part.added", "content_part.done"], partPlace + [("part", .component("ResponsePart"))]),
        event(["reasoning_text.delta"], partPlace + [("delta", .string)]),
        event(["reasoning_text.done"], partPlace + [("text", .string)]),
        event(
            ["reasoning_summary_part.added", "reasoning_summary_part.done"],
            summaryPlace + [("part", .component("ResponsePart"))]
        ),
        event(["reasoning_summary_text.delta"], summaryPlace + [("delta", .string)]),
        event(["reasoning_summary_text.done"], summaryPlace + [("text", .string)]),
        event(["output_text.delta"], partPlace + [("delta", .string), ("logprobs", .array(of: .anyObject))]),
        event(["output_text.done"], partPlace + [("text", .string), ("logprobs", .array(of: .anyObject))]),
        event(["function_call_arguments.delta"], place + [("delta", .string)]),
        event(["function_call_arguments.done"], place + [("name", .string), ("arguments", .string)]),
    ])
}
