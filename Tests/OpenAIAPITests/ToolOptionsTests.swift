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

    @Test(
        "choices that name nothing, and such that cannot be kept, are 400",
        arguments: [
            (#""tool_choice": "required""#, "tool_choice"), (#""tool_choice": "some""#, "tool_choice"),
            (tools + #", "tool_choice": "required""#, "tool_choice"),
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
