import ArgumentParser
import Foundation

/// `actuary bench budget`: how right the answers are, depending on how long the model may think.
struct BudgetBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget",
        abstract:
            "Asks a running server fixed questions under several thinking budgets, and prints accuracy and tokens.",
        discussion: """
            An answer is right when its whole text, without blank space around it, is the expected one. Every question \
            is asked once for each budget, at temperature 0. The exit code is not 0 if any request failed.
            """
    )

    @Option(help: "The server.")
    var url = ServerAddress.standard

    @Option(help: "The model to ask, instead of the server's first one.")
    var model: String?

    @Option(help: "Questions as JSON Lines with id, task, question and answer, instead of those of the built-in model.")
    var questions: String?

    @Option(
        parsing: .unconditional,
        help: "The bounds of a thought in tokens, separated by commas, each once; 0 is no_think, -1 is unlimited."
    )
    var budgets = BudgetList.standard

    @Option(help: "How many questions are on their way at the same time.")
    var concurrency = 16

    @Option(help: "Ask only so many questions, the first ones of the file.")
    var limit: Int?

    @Option(help: "Write one JSON object for each budget and task to this file.")
    var json: String?

    @Option(help: "Draw the curve into this file.")
    var svg: String?

    func validate() throws {
        if !(1...1024).contains(concurrency) {
            throw ValidationError("--concurrency is \(concurrency), but must be 1 to 1024")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is \(limit), but must be at least 1") }
    }

    func run() async throws {
        let path = try questions ?? BundledResources.path("budget-questions.jsonl")
        var questions = try BudgetQuestion.load(path)
        if let limit { questions = Array(questions.prefix(limit)) }
        // Found out before the questions are asked rather than after.
        for path in [json, svg].compactMap(\.self) { try write("", to: path) }

        let client = HTTPClient(address: url)
        let runner = BudgetRunner(
            client: client,
            model: try await modelName(client),
            questions: questions,
            concurrency: concurrency
        )
        var scores: [BudgetScore] = []
        var failures: [String] = []
        for budget in budgets.budgets {
            let outcomes = await runner.run(budget)
            scores.append(BudgetScore(budget: budget, questions: questions, outcomes: outcomes))
            failures += outcomes.compactMap(\.failure)
        }
        let report = BudgetReport(model: runner.model, questionCount: questions.count, scores: scores)
        StandardStream.output.write(report.table)
        if let json { try write(report.jsonLines, to: json) }
        if let svg { try write(BudgetChart(report: report).svg, to: svg) }
        if let first = failures.first {
            throw CommandFailure.unavailable("\(failures.count) requests failed; the first: \(first)")
        }
    }

    private func modelName(_ client: HTTPClient) async throws(CommandFailure) -> String {
        if let model { return model }
        do throws(ClientError) {
            return try await client.firstModel()
        } catch {
            throw .unavailable(error.message)
        }
    }

    private func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw .inputOutput("cannot write \(path): give a file in a folder that exists and may be written")
        }
    }
}
