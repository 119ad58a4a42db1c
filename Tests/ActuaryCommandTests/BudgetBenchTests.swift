import Foundation
import FoundationXML
import OrderedJSON
import Testing

@testable import actuary

@Suite struct BudgetBenchTests {
    private static let questions = [
        BudgetQuestion(id: "1", task: "add", question: "1+1", answer: "2"),
        BudgetQuestion(id: "2", task: "mul", question: "2*3", answer: "6"),
        BudgetQuestion(id: "3", task: "add", question: "5+5", answer: "10"),
    ]

    private func completion(_ content: JSONValue, thinking: Int = 10, completion: Int = 20) -> JSONValue {
        [
            "choices": [["message": ["content": content]]],
            "usage": [
                "prompt_tokens": 5, "completion_tokens": .integer(Int64(completion)),
                "completion_tokens_details": ["reasoning_tokens": .integer(Int64(thinking))],
            ],
        ]
    }

    private func outcome(_ content: JSONValue, thinking: Int = 10, bound: ThinkingBound = .unlimited) -> BudgetOutcome {
        BudgetOutcome(completion(content, thinking: thinking), to: Self.questions[2], within: bound)
    }

    private func report(failing: Bool = false) -> BudgetReport {
        let off = [outcome("10", thinking: 0), outcome("6", thinking: 0), outcome("10", thinking: 0)]
        var on = [outcome("10", thinking: 15), outcome("no", thinking: 16), outcome("no", thinking: 2)]
        if failing { on[1] = BudgetOutcome(failure: "2: gone") }
        return BudgetReport(
            model: "m <&\"> \u{1}",
            questionCount: 3,
            scores: [
                BudgetScore(budget: .none, questions: Self.questions, outcomes: off),
                BudgetScore(budget: .tokens(16), questions: Self.questions, outcomes: on),
            ]
        )
    }

    @Test(
        "an answer is right when its whole trimmed text is",
        arguments: [
            ("10", true), (" 10\n", true), ("\u{A0}10\u{2003}", true), ("10.", false), ("1 0", false), ("", false),
            ("The answer is 10", false), ("\u{FF11}0", false),
        ]
    )
    func scoring(text: String, isRight: Bool) {
        #expect(outcome(.string(text)).isRight == isRight)
    }

    @Test("an answer without content is wrong, one without message or usage has failed")
    func incomplete() {
        #expect(outcome(.null) == BudgetOutcome(completion(""), to: Self.questions[2], within: .unlimited))
        #expect(!outcome(.null).isRight && outcome(.null).failure == nil)
        #expect(BudgetOutcome([:], to: Self.questions[0], within: .none).failure != nil)
        #expect(BudgetOutcome(["choices": []], to: Self.questions[0], within: .none).failure != nil)
    }

    @Test("a thought above its bound is a failure")
    func overrun() {
        #expect(outcome("10", thinking: 16, bound: .tokens(16)).failure == nil)
        #expect(
            outcome("10", thinking: 17, bound: .tokens(16)).failure
                == "3: 17 thinking tokens were used with a bound of 16"
        )
        #expect(outcome("10", thinking: 1, bound: .none).failure != nil)
    }

    @Test("results are summed for each task and in all; failed requests count as wrong and not in means")
    func sums() throws {
        let score = report(failing: true).scores[1]
        #expect(score.all.questions == 3 && score.all.right == 1 && score.all.failed == 1)
        #expect(abs(score.all.accuracy - 1.0 / 3) < 1e-12)
        #expect(score.all.meanThinkingTokens == 8.5)
        #expect(score.all.meanCompletionTokens == 20)
        #expect(score.tasks["mul"]?.meanThinkingTokens == nil)
        #expect(score.tasks["add"]?.accuracy == 0.5)
    }

    @Test("the table has a row for each task and a column for each budget")
    func table() {
        #expect(
            report().table == """
                m <&\"> \u{1}, 3 questions, temperature 0

                accuracy, %  questions  no_think    16
                add                  2     100.0  50.0
                mul                  1       0.0   0.0
                all                  3      66.7  33.3

                mean thinking tokens (credits)  questions  no_think    16
                add                                     2       0.0   8.5
                mul                                     1       0.0  16.0
                all                                     3       0.0  11.0

                mean completion tokens  questions  no_think    16
                add                             2      20.0  20.0
                mul                             1      20.0  20.0
                all                             3      20.0  20.0

                """
        )
        #expect(report(failing: true).table.contains("failed requests"))
    }

    @Test("prices are means over questions and over right answers, and missing where the server tells none")
    func prices() throws {
        var right = outcome("10")
        right.costPicodollars = 3_000_000
        var wrong = outcome("no")
        wrong.costPicodollars = 1_500_000
        func score(_ outcomes: [BudgetOutcome]) -> BudgetScore {
            BudgetScore(budget: .tokens(16), questions: Self.questions, outcomes: outcomes)
        }
        let priced = score([right, wrong, BudgetOutcome(failure: "gone")])
        #expect(priced.all.costPerQuestion == 2.25e-6 && priced.all.costPerRightAnswer == 4.5e-6)
        #expect(priced.tasks["mul"]?.costPerRightAnswer == nil)
        #expect(score([right, wrong, outcome("10")]).all.costPerQuestion == nil)
        let report = BudgetReport(model: "m", questionCount: 3, scores: [priced])
        #expect(report.table.contains("$ for 1,000 right answers") && report.table.contains("0.0045"))
        let line = try JSONValue(parsing: String(try #require(report.jsonLines.split(separator: "\n").last)))
        #expect(line["cost_per_question"] == 2.25e-6 && line["mean_credits"] == 10.0)
        #expect(BudgetChart(report: report).svg.contains("0.0023 / 0.0045"))
    }

    @Test("the price in the usage of an answer is read to the picodollar")
    func priceOfAnAnswer() throws {
        var body = completion("10")
        guard case .object(var members) = body, case .object(var usage)? = members["usage"] else { return }
        usage["cost"] = .double(0.000012345678)
        members["usage"] = .object(usage)
        body = .object(members)
        #expect(BudgetOutcome(body, to: Self.questions[0], within: .unlimited).costPicodollars == 12_345_678)
    }

    @Test("each line of the JSON file is one object with the same members")
    func jsonLines() throws {
        let lines = report(failing: true).jsonLines.split(separator: "\n")
        let values = try lines.map { try JSONValue(parsing: String($0)) }
        #expect(values.count == 6)
        #expect(values.compactMap { $0["task"]?.string } == ["add", "mul", "all", "add", "mul", "all"])
        #expect(Set(values.compactMap(\.object?.keys)).count == 1)
        let last = try #require(values.last)
        #expect(last["budget"] == "16" && last["max_think_tokens"] == 16)
        #expect(last["questions"] == 3 && last["correct"] == 1 && last["failed"] == 1)
        #expect(values[4]["mean_thinking_tokens"] == .null)
        let unlimited = BudgetReport(
            model: "m",
            questionCount: 0,
            scores: [BudgetScore(budget: .unlimited, questions: [], outcomes: [])]
        )
        #expect(try JSONValue(parsing: unlimited.jsonLines.replacing("\n", with: ""))["max_think_tokens"] == .null)
    }

    @Test("the picture is well-formed XML and shows every budget", arguments: [true, false])
    func chart(failing: Bool) throws {
        let svg = BudgetChart(report: report(failing: failing)).svg
        let collector = ElementCollector()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = collector
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(collector.count["svg"] == 1)
        #expect(collector.count["circle"] == 2)
        #expect(collector.count["rect"] == 2)
        #expect(collector.count["polyline"] == 1)
        #expect(collector.text.contains("no_think") && collector.text.contains("66.7 %"))
        #expect(collector.text.contains("m <&\"> \u{FFFD}"))
        #expect(svg.contains("prefers-color-scheme: dark"))
        #expect(!svg.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    private final class ElementCollector: NSObject, XMLParserDelegate {
        var count: [String: Int] = [:]
        var text = ""

        func parser(
            _ parser: XMLParser,
            didStartElement elementName: String,
            namespaceURI: String?,
            qualifiedName qName: String?,
            attributes attributeDict: [String: String]
        ) {
            count[elementName, default: 0] += 1
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
    }

    @Test("a chart without results is a picture too")
    func emptyChart() {
        let report = BudgetReport(model: "m", questionCount: 0, scores: [])
        #expect(XMLParser(data: Data(BudgetChart(report: report).svg.utf8)).parse())
    }

    @Test("questions are read line by line, empty lines skipped")
    func questionFile() throws {
        let text = """
            {"id": "1", "task": "add", "question": "1+1", "answer": "2", "more": 1}\r

            {"id": "2", "task": "mul", "question": "2*3", "answer": "6"}
            """
        #expect(try BudgetQuestion.parse(Array(text.utf8), path: "q") == Array(Self.questions.prefix(2)))
    }

    @Test(
        "a bad question is named with file and line",
        arguments: [
            ("", "q holds no questions"), ("\n\n{", "q:3 is not JSON"),
            ("{\"id\": \"1\"}", "q:1: the member \"task\""),
            ("{\"id\": 1, \"task\": \"a\", \"question\": \"b\", \"answer\": \"c\"}", "q:1: the member \"id\""),
            ("{\"id\": \"1\", \"task\": \"a\", \"question\": \"b\", \"answer\": \"\"}", "q:1: the member \"answer\""),
            ("[]", "q:1: the member \"id\""),
            (
                "{\"id\": \"1\", \"task\": \"a\", \"question\": \"b\", \"answer\": \"c\"}\n"
                    + "{\"id\": \"1\", \"task\": \"a\", \"question\": \"d\", \"answer\": \"e\"}",
                "q:2: the id \"1\" has been used before"
            ),
        ]
    )
    func badQuestions(text: String, message: String) {
        let failure = #expect(throws: CommandFailure.self) {
            try BudgetQuestion.parse(Array(text.utf8), path: "q")
        }
        #expect(failure?.message.hasPrefix(message) == true, "\(String(describing: failure))")
        #expect(failure?.exitCode == 65)
    }
}
