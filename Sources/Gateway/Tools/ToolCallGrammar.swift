import Grammar
import OpenAIAPI
import OrderedJSON

/// Calls of tools as the model writes them, held to the schemas of their arguments.
struct ToolCallGrammar {
    /// The most calls of an answer that has to be calls: nothing else would keep a weak model from adding more.
    private static let maxRequiredCalls = 8

    /// Behind it stands `list`.
    static let trigger = String(decoding: ToolCallParser.openingTag, as: UTF8.self)

    private let tools: [ToolSignature]
    private let allowsParallelCalls: Bool

    /// `nil` if no tool may be called.
    init?(_ options: ToolOptions) {
        guard !options.callable.isEmpty else { return nil }
        tools = options.callable
        allowsParallelCalls = options.allowsParallelCalls
    }

    /// Whether a call has to be held to its schema wherever it comes.
    var isStrict: Bool { tools.contains(where: \.isStrict) }

    /// Equal for equal grammars.
    var key: String {
        let signatures = tools.map { tool -> JSONValue in
            [.string(tool.name), tool.parameters ?? .null, .bool(tool.isStrict)]
        }
        return (allowsParallelCalls ? "several " : "one ") + JSONValue.array(signatures).text()
    }

    /// An answer that is calls and nothing else.
    func whole(_ builder: inout GrammarBuilder) throws(GrammarError) -> GrammarExpression {
        .sequence([.text(Self.trigger), try list(&builder, atMost: Self.maxRequiredCalls)])
    }

    /// What follows the opening tag: at least one call, and the closing tag.
    func list(_ builder: inout GrammarBuilder, atMost maxCount: Int? = nil) throws(GrammarError) -> GrammarExpression {
        let call = try builder.addRule("call")
        var calls: [GrammarExpression] = []
        for tool in tools {
            let head = #"{"name": \#(JSONValue.string(tool.name).text()), "arguments": "#
            calls.append(.sequence([.text(head), try arguments(of: tool, &builder), .text("}")]))
        }
        try builder.define(call, .choice(calls))
        let more = GrammarExpression.repeated(
            .sequence([.text(", "), .rule(call)]),
            atLeast: 0,
            atMost: maxCount.map { $0 - 1 }
        )
        let list = GrammarExpression.sequence(allowsParallelCalls ? [.rule(call), more] : [.rule(call)])
        return .sequence([.text("["), list, .text("]"), .literal(ToolCallParser.closingTag)])
    }

    /// The arguments of a call: valid under the schema if that is promised, and as far as it can be held if not.
    private func arguments(
        of tool: ToolSignature,
        _ builder: inout GrammarBuilder
    ) throws(GrammarError) -> GrammarExpression {
        guard let schema = tool.parameters else { return .text("{}") }
        let isObject = schema["type"] == "object"
        guard !tool.isStrict else {
            guard isObject else {
                throw .invalid(path: tool.path, problem: #"arguments are an object, so its 'type' must be "object""#)
            }
            return try builder.jsonSchema(schema, path: tool.path)
        }
        var extended = builder
        guard isObject, let expression = try? extended.jsonSchema(schema, path: tool.path) else {
            return try builder.jsonObject()
        }
        builder = extended
        return expression
    }
}
