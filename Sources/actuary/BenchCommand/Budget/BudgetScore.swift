/// The results under one budget, for each task and in all.
struct BudgetScore: Equatable, Sendable {
    /// The sums of one task.
    struct Tally: Equatable, Sendable {
        var questions = 0
        var right = 0
        var failed = 0
        var thinkingTokens = 0
        var completionTokens = 0

        /// The share of right answers, 0 to 1; failed questions count as wrong ones.
        var accuracy: Double { questions > 0 ? Double(right) / Double(questions) : 0 }
        /// The mean over the questions that did not fail; `nil` if all did.
        var meanThinkingTokens: Double? { mean(thinkingTokens) }
        /// The mean over the questions that did not fail; `nil` if all did.
        var meanCompletionTokens: Double? { mean(completionTokens) }

        private func mean(_ sum: Int) -> Double? {
            questions > failed ? Double(sum) / Double(questions - failed) : nil
        }

        fileprivate mutating func add(_ outcome: BudgetOutcome) {
            questions += 1
            guard outcome.failure == nil else {
                failed += 1
                return
            }
            right += outcome.isRight ? 1 : 0
            thinkingTokens += outcome.thinkingTokens
            completionTokens += outcome.completionTokens
        }
    }

    let budget: ThinkingBound
    private(set) var all = Tally()
    private(set) var tasks: [String: Tally] = [:]

    /// - Precondition: There is one outcome for each question.
    init(budget: ThinkingBound, questions: [BudgetQuestion], outcomes: [BudgetOutcome]) {
        precondition(questions.count == outcomes.count, "every question has an outcome")
        self.budget = budget
        for (question, outcome) in zip(questions, outcomes) {
            all.add(outcome)
            tasks[question.task, default: Tally()].add(outcome)
        }
    }
}
