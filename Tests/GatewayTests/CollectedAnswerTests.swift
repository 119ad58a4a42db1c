import OpenAIAPI
import Testing

@testable import Gateway

@Suite struct CollectedAnswerTests {
    @Test("parts of a kind that follow each other are one item")
    func items() {
        var answer = CollectedAnswer()
        for part: AnswerPart in [
            .reasoning("a"), .reasoning("b"), .content("c"), .call(index: 0, id: "1", name: "f"),
            .arguments(index: 0, "{"),
            .arguments(index: 0, "}"), .call(index: 1, id: "2", name: "g"), .content("d"), .content("e"),
        ] { answer.add(part) }
        let calls = [ToolCall(id: "1", name: "f", arguments: "{}"), ToolCall(id: "2", name: "g")]
        #expect(
            answer.items == [.reasoning("ab"), .content("c"), .call(calls[0]), .call(calls[1]), .content("de")]
        )
        #expect(answer.reasoning == "ab" && answer.content == "cde" && answer.calls == calls)
    }

    @Test("a thought in the content stands between its tags, closed once")
    func inlineThought() {
        var thought = InlineThought(opensThought: true)
        #expect([thought.close(), thought.thought("a"), thought.thought("b")] == ["", "<think>\na", "b"])
        #expect([thought.close(), thought.close()] == ["\n</think>\n\n", ""])
    }

    @Test("the raw text of a completion closes the thought it began in")
    func rawText() {
        var texts = CompletionTexts(choiceCount: 2, echoes: ["p", "q"])
        #expect((0..<4).map { texts.echo(of: $0) } == ["p", "p", "q", "q"])
        #expect(texts.text(of: .reasoning("a"), choice: 1) == "a")
        #expect(texts.text(of: .content("b"), choice: 0) == "b")
        #expect(texts.text(of: .content("b"), choice: 1) == "\n</think>\n\nb")
        #expect(texts.text(of: .content("c"), choice: 1) == "c")
    }
}
