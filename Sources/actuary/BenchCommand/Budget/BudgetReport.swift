import OrderedJSON

/// The results of a bench as text and as JSON.
struct BudgetReport: Equatable, Sendable {
    var model: String
    var questionCount: Int
    var scores: [BudgetScore]

    /// What the row of all tasks is called.
    static let allTasks = "all"

    /// Tables, one below the other: a row for each task, a column for each budget.
    var table: String {
        let title = "\(model), \(questionCount) questions, temperature 0\n"
        let sections = [
            section("accuracy, %") { BudgetReport.decimal($0.accuracy * 100) },
            section("mean thinking tokens (credits)") { $0.meanThinkingTokens.map(BudgetReport.decimal) ?? "-" },
            section("mean completion tokens") { $0.meanCompletionTokens.map(BudgetReport.decimal) ?? "-" },
        ]
        let hasPrices = scores.contains { $0.all.costPerQuestion != nil }
        let prices = [
            section("$ for 1,000 questions") { BudgetReport.price($0.costPerQuestion) },
            section("$ for 1,000 right answers") { BudgetReport.price($0.costPerRightAnswer) },
        ]
        let failed = scores.contains { $0.all.failed > 0 } ? [section("failed requests") { "\($0.failed)" }] : []
        return title + (sections + (hasPrices ? prices : []) + failed).map { "\n" + $0 }.joined()
    }

    /// One object a line: for each budget the tasks in alphabetical order, then all of them.
    var jsonLines: String {
        scores.map { score in
            rows.map { row in
                let tally = row.tally(score)
                let object: JSONValue = [
                    "bench": "budget",
                    "model": .string(model),
                    "budget": .string(score.budget.label),
                    "max_think_tokens": score.budget == .unlimited
                        ? .null : .integer(Int64(score.budget.maxThinkTokens)),
                    "task": .string(row.name),
                    "questions": .integer(Int64(tally.questions)),
                    "correct": .integer(Int64(tally.right)),
                    "failed": .integer(Int64(tally.failed)),
                    "accuracy": .double(tally.accuracy),
                    "mean_thinking_tokens": tally.meanThinkingTokens.map(JSONValue.double) ?? .null,
                    // One credit is one thinking token.
                    "mean_credits": tally.meanThinkingTokens.map(JSONValue.double) ?? .null,
                    "mean_completion_tokens": tally.meanCompletionTokens.map(JSONValue.double) ?? .null,
                    "cost_per_question": tally.costPerQuestion.map(JSONValue.double) ?? .null,
                    "cost_per_correct_answer": tally.costPerRightAnswer.map(JSONValue.double) ?? .null,
                ]
                return object.text() + "\n"
            }.joined()
        }.joined()
    }

    /// A row's name and where its numbers are.
    private struct Row {
        var name: String
        var tally: (BudgetScore) -> BudgetScore.Tally
    }

    private var rows: [Row] {
        let tasks = (scores.first?.tasks.keys.sorted() ?? []).map { task in
            Row(name: task) { $0.tasks[task] ?? BudgetScore.Tally() }
        }
        return tasks + [Row(name: BudgetReport.allTasks) { $0.all }]
    }

    private func section(_ title: String, _ cell: (BudgetScore.Tally) -> String) -> String {
        let header = [title, "questions"] + scores.map(\.budget.label)
        let lines = rows.map { row in
            [row.name, "\(scores.first.map(row.tally)?.questions ?? 0)"] + scores.map { cell(row.tally($0)) }
        }
        return BudgetReport.aligned([header] + lines)
    }

    /// Lines of columns: the first one flush left, the others flush right.
    static func aligned(_ rows: [[String]]) -> String {
        let columnCount = rows.map(\.count).max() ?? 0
        let widths = (0..<columnCount).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, text in
                let blank = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + blank : blank + text
            }.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// A thousand times a price with four decimals: single answers of small models cost fractions of a cent.
    static func price(_ dollars: Double?) -> String {
        guard let dollars else { return "-" }
        let parts = Int((dollars * 1000 * 10_000).rounded())
        let digits = String(parts % 10_000)
        return "\(parts / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// The number with one decimal.
    static func decimal(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths.magnitude % 10)"
    }
}
