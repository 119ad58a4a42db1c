package import OrderedJSON

/// Which tools a request offers, and whether and how the model may call them.
package struct ToolOptions: Sendable, Equatable {
    /// `tool_choice`.
    package enum Choice: Sendable, Equatable {
        case none
        case auto
        case required
        case named(String)

        fileprivate var isNamed: Bool { if case .named = self { true } else { false } }
    }

    /// Declarations as the template prints them; empty if no tool may be called.
    ///
    /// With a choice of `none` the model does not hear of tools at all; `allowed_tools` hides the others.
    package private(set) var offered: [JSONValue] = []
    /// Those that an answer may call: the offered ones, or the one that is named.
    package private(set) var callable: [ToolSignature] = []
    package private(set) var choice = Choice.none
    /// `parallel_tool_calls`: whether one answer may have several calls.
    ///
    /// Unsaid, it may not when a tool is named: who names one wants its arguments, and libraries such as instructor
    /// read the first call only, or the arguments of all as one.
    package private(set) var allowsParallelCalls = true
    /// Whether the client speaks of `functions`, and expects a `function_call`.
    package private(set) var usesLegacyForm = false

    package init() {}

    /// Whether the answer has to be calls, and nothing else.
    package var requiresCalls: Bool {
        switch choice {
        case .none, .auto: false
        case .required, .named: true
        }
    }

    /// Takes what `ToolParameters.chat` accepted.
    ///
    /// - Parameters:
    ///   - fields: The body in the form of a chat.
    ///   - schemaMember: Where the client's own form of a tool has the schema of its arguments.
    /// - Throws: `APIError` that names a tool which is not declared, or a choice that cannot be kept.
    init(_ fields: JSONObject, schemaMember: String = "function.parameters") throws(APIError) {
        var path = ("tools", schemaMember)
        var declared = fields["tools"]?.array ?? []
        choice = .auto
        if let functions = fields["functions"]?.array, !functions.isEmpty {
            guard declared.isEmpty else {
                throw .invalidRequest(
                    "'functions' is the older form of 'tools'; send one of them.",
                    param: "functions",
                    code: "invalid_value"
                )
            }
            declared = functions.map { ["type": "function", "function": $0] }
            usesLegacyForm = true
            allowsParallelCalls = false
            path = ("functions", "parameters")
            choice = Self.choice(fields["function_call"])
        } else {
            choice = Self.choice(fields["tool_choice"])
            allowsParallelCalls = fields["parallel_tool_calls"]?.bool ?? !choice.isNamed
        }
        let allowed = choice == .none ? [] : try Self.allowed(of: declared, fields["tool_choice"])
        offered = allowed.map(\.element)
        callable = allowed.map { Self.signature($0.element, path: "\(path.0)[\($0.offset)].\(path.1)") }
        try check()
        if case .named(let name) = choice { callable.removeAll { $0.name != name } }
    }

    private static func signature(_ tool: JSONValue, path: String) -> ToolSignature {
        // Declarations are kept as they came, so that null may stand there for nothing.
        let parameters = tool["function"]?["parameters"]
        return ToolSignature(
            name: name(of: tool) ?? "",
            parameters: parameters == .null ? nil : parameters,
            isStrict: tool["function"]?["strict"]?.bool ?? false,
            path: path
        )
    }

    private static func choice(_ value: JSONValue?) -> Choice {
        switch value?.string ?? value?["allowed_tools"]?["mode"]?.string {
        case "none": .none
        case "required": .required
        case "auto": .auto
        default: ((value?["function"] ?? value)?["name"]?.string).map { .named($0) } ?? .auto
        }
    }

    private static func allowed(
        of declared: [JSONValue],
        _ choice: JSONValue?
    ) throws(APIError) -> [(offset: Int, element: JSONValue)] {
        let numbered = Array(declared.enumerated())
        guard let allowed = choice?["allowed_tools"]?["tools"]?.array else { return numbered }
        let names = allowed.compactMap { name(of: $0) }
        for (index, name) in names.enumerated() where !declared.contains(where: { Self.name(of: $0) == name }) {
            throw unknownTool(name, param: "tool_choice.allowed_tools.tools[\(index)]")
        }
        return numbered.filter { name(of: $0.element).map(names.contains) ?? false }
    }

    private func check() throws(APIError) {
        let field = usesLegacyForm ? "function_call" : "tool_choice"
        switch choice {
        case .none, .auto: break
        case .named(let name):
            guard offered.contains(where: { Self.name(of: $0) == name }) else {
                throw Self.unknownTool(name, param: field)
            }
        case .required:
            guard !offered.isEmpty else {
                throw .invalidRequest(
                    "'\(field)' asks for a call, but there are no 'tools'.",
                    param: field,
                    code: "invalid_value"
                )
            }
        }
    }

    private static func name(of tool: JSONValue) -> String? { tool["function"]?["name"]?.string }

    private static func unknownTool(_ name: String, param: String) -> APIError {
        .invalidRequest(
            "'\(param)' names the tool \(Quotation.of(.string(name))), which is not among 'tools'.",
            param: param,
            code: "invalid_value"
        )
    }
}
