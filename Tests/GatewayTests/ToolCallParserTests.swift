import OrderedJSON
import Testing

@testable import Gateway

@Suite struct ToolCallParserTests {
    /// An answer as a client puts it together.
    struct Answer: Equatable, CustomStringConvertible {
        var text = ""
        var calls: [[String]] = []

        var description: String { "text \(text), calls \(calls)" }

        mutating func add(_ parts: [ToolCallParser.Part]) {
            for part in parts {
                switch part {
                case .text(let more): text += more
                case .call(let index, let name):
                    #expect(index == calls.count)
                    calls.append([name, ""])
                case .arguments(let index, let more):
                    #expect(index == calls.count - 1)
                    calls[index][1] += more
                }
            }
        }
    }

    struct Case: Sendable {
        var input: String
        var text = ""
        var calls: [[String]] = []
        var isParallel = true
    }

    static let cases = [
        Case(input: "plain text, no calls", text: "plain text, no calls"),
        Case(input: " text with blanks \n", text: " text with blanks \n"),
        Case(input: "a < b and <TOOL, <TOOLCAL", text: "a < b and <TOOL, <TOOLCAL"),
        Case(
            input: #"<TOOLCALL>[{"name": "f", "arguments": {"a": [1, 2.5e3], "b": "é\"}]"}}]</TOOLCALL>"#,
            calls: [["f", #"{"a": [1, 2.5e3], "b": "é\"}]"}"#]]
        ),
        Case(
            input:
                "Let me see.\n\n<TOOLCALL>[{\"name\": \"f\", \"arguments\": {}}, {\"name\": \"g\",\"arguments\":{\"x\":1}}]</TOOLCALL>\n",
            text: "Let me see.",
            calls: [["f", "{}"], ["g", #"{"x":1}"#]]
        ),
        Case(
            input: #"<TOOLCALL>[{"name": "f", "arguments": {}}, {"name": "g", "arguments": {}}]</TOOLCALL>"#,
            calls: [["f", "{}"]],
            isParallel: false
        ),
        // Forgiven: brackets of the array, the order of members, arguments as a text, none, other members.
        Case(input: #"<TOOLCALL>{"name": "f", "arguments": {"a": 1}}</TOOLCALL>"#, calls: [["f", #"{"a": 1}"#]]),
        Case(input: #"<TOOLCALL>[{"name": "f", "arguments": {"a": 1}}</TOOLCALL>"#, calls: [["f", #"{"a": 1}"#]]),
        Case(input: #"<TOOLCALL> [{"arguments": {"a": 1}, "name": "f"}] </TOOLCALL>"#, calls: [["f", #"{"a": 1}"#]]),
        Case(
            input: #"<TOOLCALL>[{"name": "f", "arguments": "{\"a\": \"\u00e9\"}"}]</TOOLCALL>"#,
            calls: [["f", #"{"a": "é"}"#]]
        ),
        Case(input: #"<TOOLCALL>[{"id": 7, "name": "f", "x": [{}], "y": -1}]</TOOLCALL>"#, calls: [["f", "{}"]]),
        Case(input: #"<TOOLCALL>[{"name": "f", "arguments": null}]</TOOLCALL>"#, calls: [["f", "{}"]]),
        Case(input: #"<TOOLCALL>[{"x": 1}, {"name": "f", "arguments": {}}]</TOOLCALL>"#, calls: [["f", "{}"]]),
        // Not ended: what is there counts.
        Case(input: #"<TOOLCALL>[{"name": "f", "arguments": {"a": 1}}]"#, calls: [["f", #"{"a": 1}"#]]),
        Case(input: #"<TOOLCALL>[{"name": "f", "arguments": {"a": "#, calls: [["f", #"{"a": "#]]),
        // No calls: the whole is text.
        Case(input: #"<TOOLCALL>[{"name": "f", "#, text: #"<TOOLCALL>[{"name": "f", "#),
        Case(input: "x <TOOLCALL>[]</TOOLCALL> y", text: "x <TOOLCALL>[]</TOOLCALL> y"),
        Case(input: "<TOOLCALL>f(1)</TOOLCALL>", text: "<TOOLCALL>f(1)</TOOLCALL>"),
        Case(input: #"<TOOLCALL>[{"name": f}]</TOOLCALL>"#, text: #"<TOOLCALL>[{"name": f}]</TOOLCALL>"#),
        Case(input: #"<TOOLCALL>[{"name": "", "arguments": {}}]"#, text: #"<TOOLCALL>[{"name": "", "arguments": {}}]"#),
        Case(input: #"<TOOLCALL>["f"]</TOOLCALL>"#, text: #"<TOOLCALL>["f"]</TOOLCALL>"#),
        Case(input: #"<TOOLCALL>[{"name": "f", "arguments": 5}]"#, text: #"<TOOLCALL>[{"name": "f", "arguments": 5}]"#),
        // Wrong behind a call: that call stays, the rest is text.
        Case(
            input: #"<TOOLCALL>[{"name": "f", "arguments": {}}, oops]</TOOLCALL>"#,
            text: ", oops]</TOOLCALL>",
            calls: [["f", "{}"]]
        ),
        Case(
            input: #"<TOOLCALL>[{"name": "f", "arguments": {"a": oops}}]</TOOLCALL>"#,
            text: "oops}}]</TOOLCALL>",
            calls: [["f", #"{"a": "#]]
        ),
        Case(
            input: #"<TOOLCALL>[{"name": "f", "arguments": {}}]</TOOLCALL> and <TOOLCALL>[{"name": "g"}]</TOOLCALL>"#,
            text: " and",
            calls: [["f", "{}"], ["g", "{}"]]
        ),
        Case(
            input: #"<TOOLCALL><TOOLCALL>[{"name": "g"}]</TOOLCALL>"#,
            text: #"<TOOLCALL><TOOLCALL>[{"name": "g"}]</TOOLCALL>"#
        ),
    ]

    private func parse(_ pieces: [Substring], isParallel: Bool = true) -> Answer {
        var parser = ToolCallParser(allowsParallelCalls: isParallel)
        var answer = Answer()
        for piece in pieces { answer.add(parser.feed(String(piece))) }
        answer.add(parser.finish())
        #expect(answer.calls.count == parser.callCount)
        return answer
    }

    @Test("calls and text are told apart, wherever the answer is cut", arguments: cases)
    func everySplit(_ one: Case) {
        let expected = Answer(text: one.text, calls: one.calls)
        for first in one.input.indices {
            for second in one.input[first...].indices.filter({ one.input.distance(from: first, to: $0) % 5 == 0 }) {
                let pieces = [one.input[..<first], one.input[first..<second], one.input[second...]]
                let answer = parse(pieces, isParallel: one.isParallel)
                guard answer == expected else {
                    Issue.record("\(pieces): \(answer) instead of \(expected)")
                    return
                }
            }
        }
        #expect(parse(one.input.indices.map { one.input[$0...$0] }, isParallel: one.isParallel) == expected)
    }

    @Test("arguments are told as they come, behind the name, and never twice")
    func fragments() {
        var parser = ToolCallParser()
        #expect(parser.feed(#"Well. <TOOLCALL>[{"name": "f", "argu"#) == [.text("Well.")])
        #expect(
            parser.feed(#"ments": {"city": "Pa"#) == [
                .call(index: 0, name: "f"), .arguments(index: 0, #"{"city": "Pa"#),
            ]
        )
        #expect(parser.feed("ris") == [.arguments(index: 0, "ris")])
        #expect(parser.feed(#""}}]</TOOLCALL>"#) == [.arguments(index: 0, #""}"#)])
        #expect(parser.finish() == [])
    }

    @Test("whatever comes, pieces do not matter, and no byte of plain text is lost")
    func fuzz() {
        let words = [
            "<TOOLCALL>", "</TOOLCALL>", "[", "]", "{", "}", #""name""#, ": ", ", ", #""f""#, #""arguments""#, "1",
            "tr", "ue",
            #""a\n""#, " ", "é", "<", "text", "null", #"{"name": "f", "arguments": {"a": 1}}"#,
        ]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let pieces = (0..<Int.random(in: 1...14, using: &generator)).map { _ in words.randomElement() ?? "" }
            let whole = pieces.joined()
            let answer = parse(pieces.map { Substring($0) })
            #expect(answer == parse([Substring(whole)]), "\(whole)")
            if !whole.contains("<TOOLCALL>") { #expect(answer == Answer(text: whole)) }
            if answer.calls.isEmpty { #expect(answer.text == whole, "\(whole)") }
        }
    }
}
