import Grammar
import OpenAIAPI
import OrderedJSON
import Testing

@testable import Gateway

/// Which texts are calls of the tools that a request offers.
@Suite struct ToolCallGrammarTests {
    private static let add =
        #"{"type": "function", "function": {"name": "add", "strict": true, "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}}}"#
    private static let bare = #"{"type": "function", "function": {"name": "now"}}"#
    /// What its schema says cannot be held, and nothing was promised.
    private static let loose =
        #"{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "patternProperties": {}}}}"#

    private func grammar(_ members: String) throws -> Grammar {
        let body = #"{"messages": [{"role": "user", "content": "u"}], \#(members)}"#
        let tools = try ChatCompletionRequest(body: Array(body.utf8)).tools
        var builder = GrammarBuilder()
        return try builder.finish(try #require(ToolCallGrammar(tools)).whole(&builder))
    }

    private func takes(_ grammar: Grammar, _ text: String) -> Bool {
        let matcher = GrammarMatcher(grammar, TokenTrie((0...255).map { [UInt8($0)] }))
        let place = matcher.advance(matcher.start, text.utf8)
        return place != GrammarMatcher.nowhere && matcher.isComplete(place)
    }

    @Test("calls of every tool, one or several, and nothing else")
    func calls() throws {
        let any = try grammar(#""tools": [\#(Self.add), \#(Self.bare), \#(Self.loose)]"#)
        let calls = [
            #"{"name": "add", "arguments": {"a": 5}}"#, #"{"name": "now", "arguments": {}}"#,
            #"{"name": "look", "arguments": {"x": [1, "y"]}}"#,
        ]
        for call in calls { #expect(takes(any, "<TOOLCALL>[\(call)]</TOOLCALL>"), "\(call)") }
        #expect(takes(any, "<TOOLCALL>[\(calls.joined(separator: ", "))]</TOOLCALL>"))
        let many = Array(repeating: calls[1], count: 8).joined(separator: ", ")
        #expect(
            takes(any, "<TOOLCALL>[\(many)]</TOOLCALL>") && !takes(any, "<TOOLCALL>[\(many), \(calls[1])]</TOOLCALL>")
        )
        for wrong in [
            #"{"name": "add", "arguments": {}}"#, #"{"name": "add", "arguments": {"a": "5"}}"#,
            #"{"name": "now", "arguments": {"a": 5}}"#, #"{"name": "sub", "arguments": {}}"#, "",
        ] { #expect(!takes(any, "<TOOLCALL>[\(wrong)]</TOOLCALL>"), "\(wrong)") }
        #expect(!takes(any, "hello"))
    }

    @Test("a named tool is the only one, and without parallel calls there is one")
    func narrowed() throws {
        let tools = #""tools": [\#(Self.add), \#(Self.bare)]"#
        let now = #"{"name": "now", "arguments": {}}"#
        let choice = #"{"type": "function", "function": {"name": "now"}}"#
        let named = try grammar(tools + #", "tool_choice": \#(choice)"#)
        #expect(takes(named, "<TOOLCALL>[\(now)]</TOOLCALL>"))
        #expect(!takes(named, "<TOOLCALL>[\(now), \(now)]</TOOLCALL>"))
        let several = try grammar(tools + #", "parallel_tool_calls": true, "tool_choice": \#(choice)"#)
        #expect(takes(several, "<TOOLCALL>[\(now), \(now)]</TOOLCALL>"))
        #expect(!takes(named, #"<TOOLCALL>[{"name": "add", "arguments": {"a": 5}}]</TOOLCALL>"#))
        let single = try grammar(tools + #", "tool_choice": "required", "parallel_tool_calls": false"#)
        #expect(takes(single, "<TOOLCALL>[\(now)]</TOOLCALL>"))
        #expect(!takes(single, "<TOOLCALL>[\(now), \(now)]</TOOLCALL>"))
    }

    @Test("a strict tool whose schema cannot be held is an error that names the place")
    func unsupported() throws {
        let strict = Self.loose.replacing(#""name": "look""#, with: #""name": "look", "strict": true"#)
        #expect {
            try grammar(#""tools": [\#(strict)]"#)
        } throws: {
            ($0 as? GrammarError)?.path == "tools[0].function.parameters.patternProperties"
        }
    }
}
