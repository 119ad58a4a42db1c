import OpenAIAPI
import OrderedJSON
import Testing

@Suite struct ToolOptionsTests {
    private static let tools =
        #""tools": [{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "g"}}]"#

    private func names(_ members: String) throws -> [String?] {
        try ChatBody.read(members).tools.offered.map { $0["function"]?["name"]?.string }
    }

    @Test("tools are offered unless the choice is none; allowed_tools hides the others")
    func offered() throws {
        #expect(try names(Self.tools) == ["f", "g"])
        #expect(try names(Self.tools + #", "tool_choice": "auto""#) == ["f", "g"])
        #expect(try names(Self.tools + #", "tool_choice": "none""#) == [])
        let allowed =
            #"{"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]}}"#
        #expect(try names(Self.tools + #", "tool_choice": \#(allowed)"#) == ["g"])
        #expect(try names(#""tools": [], "tool_choice": "auto", "parallel_tool_calls": true"#) == [])
    }

    @Test("the older form is one call at a time")
    func legacy() throws {
        let options = try ChatBody.read(#""functions": [{"name": "f"}], "function_call": "auto""#).tools
        #expect(options.offered == [["type": "function", "function": ["name": "f"]]])
        #expect(options.usesLegacyForm && !options.allowsParallelCalls && options.choice == .auto)
        #expect(try names(#""functions": [{"name": "f"}], "function_call": "none""#) == [])
        #expect(try ChatBody.error(Self.tools + #", "functions": [{"name": "f"}]"#).param == "functions")
    }

    @Test("a named tool is called once unless the client says that it takes several calls")
    func named() throws {
        let named = Self.tools + #", "tool_choice": {"type": "function", "function": {"name": "g"}}"#
        #expect(try !ChatBody.read(named).tools.allowsParallelCalls)
        #expect(try ChatBody.read(named + #", "parallel_tool_calls": true"#).tools.allowsParallelCalls)
        #expect(try ChatBody.read(Self.tools + #", "tool_choice": "required""#).tools.allowsParallelCalls)
    }

    @Test("what may be called follows the choice, with the schema and its place in the body")
    func callable() throws {
        let tools =
            #""tools": [{"type": "function", "function": {"name": "f", "parameters": {"a": 1}}}, {"type": "function", "function": {"name": "g", "strict": true, "parameters": null}}]"#
        let f = ToolSignature(name: "f", parameters: ["a": 1], path: "tools[0].function.parameters")
        let g = ToolSignature(name: "g", parameters: nil, isStrict: true, path: "tools[1].function.parameters")
        let free = try ChatBody.read(tools).tools
        #expect(free.callable == [f, g] && !free.requiresCalls)
        let required = try ChatBody.read(tools + #", "tool_choice": "required""#).tools
        #expect(required.callable == [f, g] && required.requiresCalls)
        let named = #"{"type": "function", "function": {"name": "g"}}"#
        let one = try ChatBody.read(tools + #", "tool_choice": \#(named)"#).tools
        #expect(one.callable == [g] && one.requiresCalls && one.offered.count == 2)
        let allowed = #"{"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [\#(named)]}}"#
        let some = try ChatBody.read(tools + #", "tool_choice": \#(allowed)"#).tools
        #expect(some.callable == [g] && some.requiresCalls && some.offered.count == 1)
        let none = try ChatBody.read(tools + #", "tool_choice": "none""#).tools
        #expect(none.callable.isEmpty && !none.requiresCalls)
        let legacy = try ChatBody.read(#""functions": [{"name": "f"}], "function_call": {"name": "f"}"#).tools
        #expect(legacy.callable.map(\.path) == ["functions[0].parameters"] && legacy.requiresCalls)
    }

    @Test(
        "choices that name nothing are 400",
        arguments: [
            (#""tool_choice": "required""#, "tool_choice"), (#""tool_choice": "some""#, "tool_choice"),
            (tools + #", "tool_choice": {"type": "function", "function": {"name": "h"}}"#, "tool_choice"),
            (tools + #", "tool_choice": {"type": "function", "function": {}}"#, "tool_choice.function.name"),
            (tools + #", "tool_choice": {"type": "web_search"}"#, "tool_choice.type"),
            (tools + #", "parallel_tool_calls": 1"#, "parallel_tool_calls"),
            (
                tools
                    + #", "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "h"}}]}}"#,
                "tool_choice.allowed_tools.tools[0]"
            ),
        ]
    )
    func refused(members: String, param: String) throws {
        #expect(try ChatBody.error(members).param == param)
    }
}
