import OrderedJSON

/// What became of one question.
struct BudgetOutcome: Equatable, Sendable {
    var isRight = false
    var thinkingTokens = 0
    var completionTokens = 0
    /// What it cost, 10^-12 US dollars; `nil` if the server tells no price.
    var costPicodollars: Int64?
    /// Why there is no answer to count.
    var failure: String?

    /// A request that failed.
    init(failure: String) { self.failure = failure }

    /// Scores the answer of a server.
    ///
    /// A thought that is longer than its bound is a failure too, whatever the answer says.
    init(_ completion: JSONValue, to question: BudgetQuestion, within bound: ThinkingBound) {
        guard let message = completion["choices"]?.array?.first?["message"],
            let usage = AnswerUsage(completion["usage"])
        else {
            failure = "\(question.id): the answer has no message or no usage"
            return
        }
        thinkingTokens = usage.thinkingTokens
        completionTokens = usage.completionTokens
        costPicodollars = usage.costPicodollars
        isRight = question.isAnswered(by: message["content"]?.string ?? "")
        if thinkingTokens > bound.maxThinkTokens {
            failure = "\(question.id): \(thinkingTokens) thinking tokens were used with a bound of \(bound.label)"
        }
    }
}
