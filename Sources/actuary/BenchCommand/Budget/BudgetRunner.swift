import OrderedJSON
import Synchronization

/// Asks all questions under one budget after the other, several at the same time.
struct BudgetRunner: Sendable {
    let client: HTTPClient
    let model: String
    let questions: [BudgetQuestion]
    let concurrency: Int

    /// Asks every question once; nothing is tried again.
    ///
    /// - Returns: One outcome for each question, in their order.
    func run(_ budget: ThinkingBound) async -> [BudgetOutcome] {
        let progress = BudgetProgress(label: budget.label, total: questions.count)
        return await withTaskGroup(of: (Int, BudgetOutcome).self) { group in
            var outcomes = [BudgetOutcome?](repeating: nil, count: questions.count)
            var next = 0
            while next < min(concurrency, questions.count) {
                add(next, budget, to: &group)
                next += 1
            }
            var done = 0
            for await (index, outcome) in group {
                outcomes[index] = outcome
                done += 1
                progress.show(done)
                if next < questions.count {
                    add(next, budget, to: &group)
                    next += 1
                }
            }
            return outcomes.map { $0 ?? BudgetOutcome(failure: "the question was not asked") }
        }
    }

    private func add(_ index: Int, _ budget: ThinkingBound, to group: inout TaskGroup<(Int, BudgetOutcome)>) {
        group.addTask { (index, await ask(questions[index], budget)) }
    }

    private func ask(_ question: BudgetQuestion, _ budget: ThinkingBound) async -> BudgetOutcome {
        let body: JSONValue = [
            "model": .string(model),
            "messages": [["role": "user", "content": .string(question.question)]],
            "temperature": 0,
            "max_think_tokens": .integer(Int64(budget.maxThinkTokens)),
        ]
        do throws(ClientError) {
            return BudgetOutcome(
                try await client.json("/v1/chat/completions", body: body),
                to: question,
                within: budget
            )
        } catch {
            return BudgetOutcome(failure: "\(question.id): \(error.message)")
        }
    }
}
