import Engine
import OpenAIAPI

/// What has become of a request: the engine's events in, what its client and its meter are to be told out.
struct GenerationProgress {
    /// Something to be done, in order.
    enum Step: Equatable {
        case begin
        case part(AnswerPart, choice: Int)
        /// Tokens of all prompts that were not computed, as far as is known.
        case cached(Int)
        /// All tokens of the choice so far.
        case count(TokenCounts, choice: Int)
        case end(choice: Int, ChoiceEnding, ChoiceTokens)
        /// One prompt has failed: the engine need not go on with the others.
        case takeBack
        /// Nothing follows.
        case finish(GenerationEnding)
    }

    private let order: GenerationOrder
    private var openPrompts: Int
    private var hasBegun = false
    /// What the request will end with, once every prompt has.
    private var fault: GenerationEnding.Fault?
    private var isTakenBack = false
    private var results: [ChoiceTokens?]
    /// One for each choice, if tools are offered.
    private var parsers: [ToolCallParser]
    /// One for each choice, for thoughts that are told in the content.
    private var thoughts: [InlineThought]
    /// Of each prompt's first choice: a prompt is billed once, and the others go on from what the first computed.
    private var cachedTokens: [Int]
    /// Of each prompt, what any of its choices got through.
    private var promptTokens: [Int]
    /// What the report says of the bound, which the client may have extended.
    private var bound: Usage.Bound

    init(_ order: GenerationOrder) {
        self.order = order
        bound = order.bound
        openPrompts = order.prompts.count
        results = Array(repeating: nil, count: order.choiceCount)
        parsers = Array(
            repeating: ToolCallParser(allowsParallelCalls: order.calls?.allowsParallelCalls ?? true),
            count: order.calls == nil ? 0 : order.choiceCount
        )
        thoughts = Array(repeating: InlineThought(opensThought: true), count: order.choiceCount)
        cachedTokens = Array(repeating: 0, count: order.prompts.count)
        promptTokens = cachedTokens
    }

    /// Takes an event of one of the order's prompts.
    mutating func take(_ event: GenerationEvent, prompt: Int) -> [Step] {
        let first = prompt * order.options.choiceCount
        switch event {
        case .accepted:
            guard !hasBegun, fault == nil else { return [] }
            hasBegun = true
            return [.begin]
        case .progressed(let progress):
            let cached = noteCached(progress.cachedTokens, choice: progress.choice, of: prompt)
            let choice = first + progress.choice
            let steps = parts(of: progress, choice).map { Step.part($0, choice: choice) }
            return cached + [.count(progress.tokens, choice: choice)] + steps
        case .choiceEnded(let choice, let result): return ended(result, choice: choice, of: prompt)
        case .completed: return promptEnded()
        case .cancelled(let results):
            isTakenBack = true
            return counts(of: results, prompt) + promptEnded()
        case .failed(let failure, let results):
            return counts(of: results, prompt) + failed(.engine(failure), closedPrompts: 1)
        }
    }

    /// Takes note that the engine refused a prompt; it and those behind it were not submitted.
    mutating func refuse(_ refusal: EngineRefusal, prompt: Int) -> [Step] {
        failed(.refusal(refusal), closedPrompts: order.prompts.count - prompt)
    }

    private mutating func ended(_ result: ChoiceResult, choice: Int, of prompt: Int) -> [Step] {
        let tokens = note(result, choice: choice, of: prompt)
        let choice = prompt * order.options.choiceCount + choice
        let count = Step.count(result.tokens, choice: choice)
        guard fault == nil else { return [count] }
        var ending = ChoiceEnding(FinishReason(result.finishReason))
        if case .string(let stop) = result.stopCause { ending.stopString = stop }
        var steps: [Step] = []
        if let calls = order.calls {
            steps = self.parts(parsers[choice].finish(), choice).map { .part($0, choice: choice) }
            if ending.reason == .stop, parsers[choice].callCount > 0 { ending.reason = calls.finishReason }
        }
        return [count] + steps + [.end(choice: choice, ending, tokens)]
    }

    private mutating func parts(of progress: ChoiceProgress, _ choice: Int) -> [AnswerPart] {
        guard fault == nil else { return [] }
        var parts: [AnswerPart] = []
        if !progress.reports.isEmpty { parts.append(.tokens(progress.reports)) }
        if !progress.reasoning.isEmpty {
            switch order.options.thought {
            case .hidden: break
            case .inline: parts.append(.content(thoughts[choice].thought(progress.reasoning)))
            case .both, .reasoning, .reasoningContent: parts.append(.reasoning(progress.reasoning))
            }
        }
        guard !progress.content.isEmpty else { return parts }
        let closing = thoughts[choice].close()
        if !closing.isEmpty { parts.append(.content(closing)) }
        guard order.calls != nil else { return parts + [.content(progress.content)] }
        return parts + self.parts(parsers[choice].feed(progress.content), choice)
    }

    private func parts(_ found: [ToolCallParser.Part], _ choice: Int) -> [AnswerPart] {
        found.map { part in
            switch part {
            case .text(let text): .content(text)
            case .call(let index, let name):
                .call(index: index, id: order.calls?.id(choice: choice, call: index) ?? "", name: name)
            case .arguments(let index, let text): .arguments(index: index, text)
            }
        }
    }

    private mutating func failed(_ newFault: GenerationEnding.Fault, closedPrompts: Int) -> [Step] {
        let isFirst = fault == nil
        fault = fault ?? newFault
        openPrompts -= closedPrompts
        guard openPrompts > 0 else { return [.finish(ending)] }
        return isFirst ? [.takeBack] : []
    }

    private mutating func promptEnded() -> [Step] {
        openPrompts -= 1
        return openPrompts == 0 ? [.finish(ending)] : []
    }

    private var ending: GenerationEnding {
        if let fault { return .failed(fault, results.contains { $0 != nil } ? usage : nil) }
        return isTakenBack ? .cancelled(usage) : .completed(usage)
    }

    private var usage: Usage {
        Usage(
            promptTokens: promptTokens.reduce(0, +),
            cachedTokens: cachedTokens.reduce(0, +),
            bound: bound,
            choices: results.compactMap { $0 }
        )
    }

    /// Notes what every choice of a prompt had used when it broke off, the tokens since its last word among it.
    private mutating func counts(of results: [ChoiceResult], _ prompt: Int) -> [Step] {
        results.enumerated().map { choice, result in
            _ = note(result, choice: choice, of: prompt)
            return .count(result.tokens, choice: prompt * order.options.choiceCount + choice)
        }
    }

    private mutating func noteCached(_ tokens: Int, choice: Int, of prompt: Int) -> [Step] {
        guard choice == 0, cachedTokens[prompt] != tokens else { return [] }
        cachedTokens[prompt] = tokens
        return [.cached(cachedTokens.reduce(0, +))]
    }

    private mutating func note(_ result: ChoiceResult, choice: Int, of prompt: Int) -> ChoiceTokens {
        let tokens = ChoiceTokens(
            reasoning: result.reasoningTokens,
            forced: result.forcedTokens,
            answer: result.answerTokens,
            completion: result.completionTokens,
            endedBy: ThinkingEnding(order.prompts[prompt].withheld ?? result.thinkingEndedBy)
        )
        results[prompt * order.options.choiceCount + choice] = tokens
        _ = noteCached(result.cachedTokens, choice: choice, of: prompt)
        promptTokens[prompt] = max(promptTokens[prompt], result.promptTokens)
        if bound.isEnabled, let budget = bound.tokens, let last = result.thinkingBudget {
            bound.tokens = max(budget, last)
        }
        return tokens
    }
}

extension FinishReason {
    fileprivate init(_ reason: ChoiceResult.FinishReason) {
        switch reason {
        case .stop: self = .stop
        case .length: self = .length
        }
    }
}

extension ThinkingEnding {
    fileprivate init(_ end: ThinkingEnd) {
        switch end {
        case .natural: self = .natural
        case .budget: self = .budget
        case .reserve: self = .reserve
        case .credits: self = .credits
        case .control: self = .control
        case .length: self = .length
        case .toolCall: self = .toolCall
        case .disabled: self = .disabled
        }
    }
}
