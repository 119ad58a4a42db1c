import Grammar

/// Changes logits by what a sequence has said so far: penalties and biases.
///
/// Every token is changed by a function of its own count alone, so the order in which counts are visited is of no matter.
struct LogitAdjuster: Sendable {
    private let parameters: SamplingParameters
    /// How often the answer has each token; kept only where a penalty needs it.
    private var answerCounts: [Int32: Int] = [:]
    /// Tokens of prompt and completion; kept only where the repetition penalty needs them.
    private var seen: Set<Int32> = []

    private var penalizesAnswer: Bool { parameters.presencePenalty != 0 || parameters.frequencyPenalty != 0 }
    private var penalizesRepetition: Bool { parameters.repetitionPenalty != 1 }

    init(_ parameters: SamplingParameters, prompt: [Int32]) {
        self.parameters = parameters
        if penalizesRepetition { seen = Set(prompt) }
    }

    /// Whether an answer's logits are used as they come.
    var isIdle: Bool {
        !penalizesAnswer && !penalizesRepetition && parameters.logitBias.isEmpty && parameters.allowedTokens == nil
    }

    /// Takes a token of the completion.
    mutating func record(_ token: Int32, isAnswer: Bool) {
        if penalizesRepetition { seen.insert(token) }
        if penalizesAnswer, isAnswer { answerCounts[token, default: 0] += 1 }
    }

    /// Changes the row of an answer's next token: repetition first, then the other penalties, then biases.
    func apply(to row: UnsafeMutableBufferPointer<Float>) {
        let penalty = parameters.repetitionPenalty
        for token in seen where Int(token) < row.count {
            let logit = row[Int(token)]
            row[Int(token)] = logit > 0 ? logit / penalty : logit * penalty
        }
        for (token, count) in answerCounts where Int(token) < row.count {
            row[Int(token)] -= parameters.presencePenalty + parameters.frequencyPenalty * Float(count)
        }
        for (token, bias) in parameters.logitBias where Int(token) < row.count { row[Int(token)] += bias }
        parameters.allowedTokens?.apply(to: row)
    }
}
