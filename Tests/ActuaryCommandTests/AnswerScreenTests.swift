import OrderedJSON
import Testing

@testable import actuary

@Suite struct AnswerScreenTests {
    private static let coloured = ScreenStyle(isTerminal: true, environment: [:])
    private static let plainTerminal = ScreenStyle(isTerminal: true, environment: ["NO_COLOR": "1"])
    private static let pipe = ScreenStyle(isTerminal: false, environment: [:])

    private func text(_ style: ScreenStyle, _ events: [AnswerEvent]) -> String {
        var screen = AnswerScreen(style: style)
        return events.map { screen.show($0, at: .zero) }.joined()
    }

    private func usage(_ change: (inout AnswerUsage) -> Void = { _ in }) throws -> AnswerUsage {
        var usage = try #require(
            AnswerUsage([
                "prompt_tokens": 24, "completion_tokens": 69,
                "thinking": [
                    "enabled": true, "budget": 64, "used": 57, "forced_tokens": 3, "answer_tokens": 9,
                    "ended_by": "budget",
                ],
            ])
        )
        change(&usage)
        return usage
    }

    @Test("on a terminal the thought is dimmed and the answer is not")
    func dimmed() {
        #expect(
            text(Self.coloured, [.thought("2 +"), .thought(" 2"), .answer("4"), .answer("."), .ended])
                == "\u{1B}[2m2 + 2\u{1B}[0m\n\n4.\n"
        )
        #expect(text(Self.coloured, [.thought("a\n"), .answer("4\n"), .ended]) == "\u{1B}[2ma\n\u{1B}[0m\n4\n")
    }

    @Test("elsewhere tags stand around the thought and nothing is coloured", arguments: [plainTerminal, pipe])
    func tags(style: ScreenStyle) throws {
        let shown = text(style, [.thought("2 + 2"), .answer("4"), .usage(try usage()), .ended])
        #expect(shown.hasPrefix("<think>\n2 + 2\n</think>\n4\n[24 prompt"))
        #expect(!shown.contains("\u{1B}"))
    }

    @Test("an answer without a thought has nothing around it")
    func answerOnly() {
        #expect(text(Self.coloured, [.answer("4"), .ended]) == "4\n")
        #expect(text(Self.pipe, [.answer("4"), .ended]) == "4\n")
        #expect(text(Self.pipe, [.ended]).isEmpty)
    }

    @Test("whatever ends an answer, the dimming ends with it")
    func resets() {
        for event in [AnswerEvent.ended, .failed(.cancelled)] {
            #expect(text(Self.coloured, [.thought("a"), event]) == "\u{1B}[2ma\u{1B}[0m\n")
            #expect(text(Self.pipe, [.thought("a"), event]) == "<think>\na\n</think>\n")
        }
        var screen = AnswerScreen(style: Self.coloured)
        #expect(
            screen.show(.thought("a"), at: .zero) + screen.stop()
                == "\u{1B}[2ma\u{1B}[0m\n\u{1B}[2m[stopped]\u{1B}[0m\n"
        )
    }

    @Test("a model cannot steer the terminal")
    func controlCharacters() {
        let hostile = "a\u{1B}[31mb\u{7}\r\nc\td\u{7F}\u{9B}e"
        #expect(text(Self.plainTerminal, [.answer(hostile)]) == "a\u{241B}[31mb\u{2407}\nc\td\u{FFFD}\u{FFFD}e")
        #expect(text(Self.pipe, [.answer(hostile)]) == hostile)
    }

    @Test(
        "colours follow the terminal, NO_COLOR and TERM",
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
        ] as [(Bool, [String: String], Bool)]
    )
    func colours(isTerminal: Bool, environment: [String: String], isColoured: Bool) {
        #expect(ScreenStyle(isTerminal: isTerminal, environment: environment).isColoured == isColoured)
    }

    @Test("the last line says what was used, how the thought ended, how fast it was, and what it cost")
    func usageLine() throws {
        func line(_ usage: AnswerUsage, _ reason: String? = "stop", since: Duration? = .seconds(1)) -> String {
            UsageLine.text(usage, finishReason: reason, since: since, until: .seconds(3))
        }
        #expect(
            line(try usage())
                == "24 prompt + 57 thinking (of 64, ended by budget) + 3 forced + 9 answer tokens, 34 tokens/s"
        )
        #expect(
            line(
                try usage {
                    $0.thinking?.budget = nil; $0.thinking?.forcedTokens = 0; $0.thinking?.endedBy = "natural"
                }
            )
                == "24 prompt + 57 thinking (ended by natural) + 9 answer tokens, 34 tokens/s"
        )
        let off = try usage {
            $0.thinking = .init(isEnabled: false, budget: 0, forcedTokens: 0, answerTokens: 9, endedBy: "disabled")
            $0.cost = 0.0012
        }
        #expect(
            line(off, "length", since: nil) == "24 prompt + 9 answer tokens, thinking off, cut off by length, $0.0012"
        )
        #expect(
            line(try usage { $0.thinking = nil }, since: .seconds(3)) == "24 prompt + 57 thinking + 12 answer tokens"
        )
    }

    @Test(
        "prices are written to the picodollar",
        arguments: [
            (0, "0.00"), (0.5, "0.50"), (1.25, "1.25"), (0.000000000001, "0.000000000001"), (0.0000123, "0.0000123"),
            (12.345678901234, "12.345678901234"), (-0.25, "-0.25"),
        ]
    )
    func prices(cost: Double, text: String) {
        #expect(UsageLine.dollars(cost) == text)
    }
}
