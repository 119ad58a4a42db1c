/// The results under one budget, for each task and in all.
struct BudgetScore: Equatable, Sendable {
    /// The sums of one task.
    struct Tally: Equatable, Sendable {
        var questions = 0
        var right = 0
        var failed = 0
        var thinkingTokens = 0
        var completionTokens = 0
        /// Questions whose price the server told.
        var priced = 0
        var costPicodollars: Int64 = 0

        /// The share of right answers, 0 to 1; failed questions count as wrong ones.
        var accuracy: Double { questions > 0 ? Double(right) / Double(questions) : 0 }
        /// The mean over the questions that did not fail; `nil` if all did.
        var meanThinkingTokens: Double? { mean(thinkingTokens) }
        /// The mean over the questions that did not fail; `nil` if all did.
        var meanCompletionTokens: Double? { mean(completionTokens) }

        /// The mean price of a question, US dollars; `nil` unless each answer had one.
        var costPerQuestion: Double? { cost(over: questions - failed) }
        /// What all questions cost for each right answer, US dollars; `nil` without a right answer or without prices.
        var costPerRightAnswer: Double? { cost(over: right) }

        private func cost(over count: Int) -> Double? {
            guard count > 0, priced == questions - failed else { return nil }
            return Double(costPicodollars) / 1e12 / Double(count)
        }

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
            guard let cost = outcome.costPicodollars else { return }
            priced += 1
            costPicodollars += cost
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
