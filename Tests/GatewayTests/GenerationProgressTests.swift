import ChatTemplate
import Engine
import HTTPTypes
import OpenAIAPI
import OrderedJSON
import Testing

@testable import Gateway

@Suite struct GenerationProgressTests {
    private typealias Step = GenerationProgress.Step

    private func order(prompts: Int, choices: Int) throws -> GenerationOrder {
        let body = Array(#"{"messages": [{"role": "user", "content": "hi"}], "n": \#(choices)}"#.utf8)
        let template = try ChatTemplate(source: "{{ messages[0].content }}", name: "test")
        let prompt = PreparedPrompt(
            rendered: try PromptBuilder(template: template, specialTokens: [:]).build(
                messages: [["role": "user", "content": "hi"]]
            ),
            tokens: [1, 2, 3],
            messageEnds: [],
            bound: Usage.Bound(isEnabled: true, tokens: nil, source: "server_default"),
            limits: ThinkingLimits(budget: nil, completionLimit: 9, closing: ClosingText("") { _ in [1] })
        )
        return GenerationOrder(
            id: "chatcmpl-1",
            principal: .local,
            prompts: Array(repeating: prompt, count: prompts),
            options: try ChatCompletionRequest(body: body).options,
            headers: [:]
        )
    }

    private func result(_ answerTokens: Int) -> ChoiceResult {
        var gate = ThinkingGate(
            startsThinking: false,
            limits: ThinkingLimits(budget: 0, completionLimit: 99, closing: ClosingText("") { _ in [1] })
        )
        for _ in 0..<answerTokens { _ = gate.sampled(Array("a".utf8)) }
        return ChoiceResult(finishReason: .stop, gate: gate, promptTokens: 3, cachedTokens: 2)
    }

    @Test("what was remembered of the prompts is told once, by their first choices, before the counts that rest on it")
    func cachedTokens() throws {
        var progress = GenerationProgress(try order(prompts: 2, choices: 2))
        func steps(prompt: Int, choice: Int, cached: Int) -> [GenerationProgress.Step] {
            var piece = ChoiceProgress(choice: choice)
            piece.cachedTokens = cached
            return progress.take(.progressed(piece), prompt: prompt)
        }
        #expect(steps(prompt: 0, choice: 1, cached: 3) == [.count(TokenCounts(), choice: 1)])
        #expect(steps(prompt: 0, choice: 0, cached: 2) == [.cached(2), .count(TokenCounts(), choice: 0)])
        #expect(steps(prompt: 1, choice: 0, cached: 1) == [.cached(3), .count(TokenCounts(), choice: 2)])
        #expect(steps(prompt: 1, choice: 0, cached: 1) == [.count(TokenCounts(), choice: 2)])
    }

    @Test("choices of several prompts are numbered through, and the request ends with the last")
    func severalPrompts() throws {
        var progress = GenerationProgress(try order(prompts: 2, choices: 2))
        #expect(progress.take(.accepted, prompt: 1) == [.begin])
        #expect(progress.take(.accepted, prompt: 0) == [])
        var piece = ChoiceProgress(choice: 1)
        piece.reasoning = "r"
        piece.content = "c"
        piece.tokens = TokenCounts(reasoning: 1, answer: 1)
        #expect(
            progress.take(.progressed(piece), prompt: 1) == [
                .count(piece.tokens, choice: 3), .part(.reasoning("r"), choice: 3), .part(.content("c"), choice: 3),
            ]
        )
        for prompt in 0..<2 {
            for choice in 0..<2 {
                let steps = progress.take(.choiceEnded(choice: choice, result(prompt + choice)), prompt: prompt)
                guard case .end(prompt * 2 + choice, ChoiceEnding(.stop), let tokens)? = steps.last else {
                    Issue.record("\(steps)")
                    return
                }
                #expect(tokens.answer == prompt + choice)
            }
            let steps = progress.take(.completed, prompt: prompt)
            guard prompt == 1, case .finish(.completed(let usage))? = steps.first else {
                #expect(prompt == 0 && steps.isEmpty)
                continue
            }
            #expect(usage.promptTokens == 6 && usage.cachedTokens == 4 && usage.completion.answer == 4)
        }
    }

    @Test("what was used until a request is taken back is counted, ended choices and open ones")
    func cancelled() throws {
        var progress = GenerationProgress(try order(prompts: 1, choices: 3))
        _ = progress.take(.accepted, prompt: 0)
        _ = progress.take(.choiceEnded(choice: 1, result(5)), prompt: 0)
        let steps = progress.take(.cancelled([result(1), result(5), result(2)]), prompt: 0)
        guard case .finish(.cancelled(let usage))? = steps.last else {
            Issue.record("\(steps)")
            return
        }
        #expect(usage.completion.answer == 8)
        // The meter hears of the tokens since a choice's last word, too.
        let counts = [1, 5, 2].enumerated().map { Step.count(TokenCounts(answer: $1), choice: $0) }
        #expect(steps.dropLast() == counts[...])
    }

    @Test("if one prompt is refused or fails, the others are taken back, and what they used is counted")
    func failures() throws {
        var refused = GenerationProgress(try order(prompts: 3, choices: 1))
        _ = refused.take(.accepted, prompt: 0)
        #expect(refused.refuse(.draining, prompt: 1) == [.takeBack])
        #expect(refused.take(.progressed(ChoiceProgress(choice: 0)), prompt: 0).count == 1)
        let last = refused.take(.cancelled([result(4)]), prompt: 0).last
        guard case .finish(.failed(.refusal(.draining), let usage))? = last else {
            Issue.record("no end")
            return
        }
        #expect(usage?.completion.answer == 4)
        var failed = GenerationProgress(try order(prompts: 1, choices: 1))
        #expect(
            failed.take(.failed(.noFiniteLogits, []), prompt: 0) == [.finish(.failed(.engine(.noFiniteLogits), nil))]
        )
        var both = GenerationProgress(try order(prompts: 2, choices: 1))
        let first = both.take(.failed(.shuttingDown, [result(1)]), prompt: 0)
        #expect(first == [.count(TokenCounts(answer: 1), choice: 0), .takeBack])
        #expect(both.take(.failed(.noFiniteLogits, [result(2)]), prompt: 1).count == 2)
    }
}
