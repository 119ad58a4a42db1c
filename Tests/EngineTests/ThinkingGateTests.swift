import Engine
import Testing

/// Runs one sequence token by token and joins what a client would see.
private struct Transcript {
    var reasoning = ""
    var content = ""
    var result: ChoiceResult?
    var forced: [Int32] = []

    init(
        _ sampled: some Sequence<Int32>,
        thinking: Bool = true,
        behind promptTail: String = "",
        _ limits: ThinkingLimits,
        stops: [String] = []
    ) {
        var request = GenerationRequest(
            prompt: [16],
            startsThinking: thinking,
            limits: limits,
            sampling: SamplingParameters(),
            stops: stops
        )
        request.promptTail = Array(promptTail.utf8)
        var sequence = DecodingSequence(RequestID(1), choice: 0, request)
        for token in sampled where result == nil {
            let known = sequence.tokens.count
            let progress = sequence.append(token, vocabulary: TestVocabulary())
            reasoning += progress.delta.reasoning
            content += progress.delta.content
            result = progress.result
            if result == nil { #expect(sequence.tokens.count == known + progress.newTokenCount) }
            forced += sequence.tokens.dropFirst(known + 1)
        }
        result = result ?? sequence.result(.length)
    }
}

@Suite struct ThinkingGateTests {
    private func tokens(_ text: String) -> [Int32] { TestVocabulary.encode(text) }

    @Test("a thought that closes itself is natural, its tag counts, blank space around it is nobody's")
    func natural() {
        let run = Transcript(tokens("\n a a \n</think>\n\n a word STOP") + [0], .test(nil))
        #expect(run.reasoning == "a a")
        #expect(run.content == "a word STOP")
        #expect(run.result?.thinkingEndedBy == .natural)
        #expect(run.result?.forcedTokens == 0)
        #expect(run.result?.finishReason == .stop)
    }

    @Test("a tag that the prompt has begun is completed by the model", arguments: 1..<8)
    func begunInPrompt(length: Int) {
        let begun = String("</think>".prefix(length))
        let rest = String("</think>".dropFirst(length))
        let closing = Transcript(tokens(rest + "a") + [0], behind: "a a" + begun, .test(nil))
        #expect(closing.reasoning == "" && closing.content == "a")
        #expect(closing.result?.thinkingEndedBy == .natural)
        // What stands in the prompt is nobody's output, also if no tag comes of it.
        let other = Transcript(tokens(" a") + [0], behind: "a a" + begun, .test(nil))
        #expect(other.reasoning == "a" && other.content == "")
        let forced = Transcript(tokens(String(rest.prefix(1))), behind: "a a" + begun, .test(1))
        #expect(forced.reasoning == "")
        let expected = length == 7 ? "" : rest.dropFirst() + "\n\n"
        #expect(TestVocabulary.bytes(forced.forced) == Array(expected.utf8))
    }

    @Test("who looks changes nothing, and an extension says what the thought is ended by from then on")
    func looking() throws {
        var limits = ThinkingLimits.test(3)
        limits.budgetEnd = .credits
        let wishes: [(ThinkingControl, budget: Int, ThinkingEnd)] = [
            (.look, 3, .credits), (.extend(by: 2), 5, .budget), (.extend(by: 9, bound: 4, end: .credits), 4, .credits),
            (.extend(by: 1, bound: 4, end: .credits), 4, .budget),
        ]
        for (wish, budget, end) in wishes {
            let request = GenerationRequest(
                prompt: [16],
                startsThinking: true,
                limits: limits,
                sampling: SamplingParameters()
            )
            var sequence = DecodingSequence(RequestID(1), choice: 0, request)
            #expect(sequence.control(wish, vocabulary: TestVocabulary()) != nil)
            #expect(sequence.gate.budget == budget)
            for _ in 0..<20 { _ = sequence.append(16, vocabulary: TestVocabulary()) }
            #expect(sequence.gate.reasoningTokens == budget && sequence.gate.endedBy == end)
            #expect(sequence.control(.look, vocabulary: TestVocabulary()) == nil)
        }
    }

    @Test("at the bound the closing text is fed and counted apart", arguments: 1...64)
    func bound(budget: Int) {
        let run = Transcript(Array(repeating: 16, count: 200) + [0], .test(budget, limit: 150))
        #expect(run.result?.reasoningTokens == budget)
        #expect(run.forced == tokens("\n</think>\n\n"))
        #expect(run.result?.forcedTokens == run.forced.count)
        #expect(run.reasoning == String(repeating: "a", count: budget))
        #expect(run.result?.thinkingEndedBy == .budget)
        #expect(run.result?.completionTokens == 150)
        #expect(run.content == String(repeating: "a", count: 150 - budget - run.forced.count))
    }

    @Test("a tag that has begun at the bound is completed, not repeated", arguments: ["<", "</", "</th"])
    func begunTag(beginning: String) {
        let begun = tokens(beginning)
        let run = Transcript([16] + begun + tokens("word ") + [0], .test(1 + begun.count))
        #expect(TestVocabulary.bytes(begun + run.forced) == Array("</think>\n\n".utf8))
        #expect(run.reasoning == "a")
        #expect(run.content == "word ")
        #expect(run.result?.thinkingEndedBy == .budget)
    }

    @Test("the answer keeps its reserve and is never empty", arguments: 1...80)
    func reserve(limit: Int) {
        let limits = ThinkingLimits.test(nil, limit: limit)
        guard limits.leavesRoomToThink else { return }
        let run = Transcript(Array(repeating: 16, count: 200), limits)
        #expect(run.result?.thinkingEndedBy == .reserve)
        #expect(run.result?.completionTokens == limit)
        #expect((run.result?.answerTokens ?? 0) >= limits.minAnswerTokens)
        #expect(!run.content.isEmpty)
    }

    @Test("grace lets the thought run to the end of its line, not further than granted")
    func grace() {
        let line = Transcript(tokens("aaaaa\naa") + [0], .test(3, grace: 5))
        #expect(line.result?.reasoningTokens == 6)
        let long = Transcript(Array(repeating: 16, count: 20) + [0], .test(3, grace: 5))
        #expect(long.result?.reasoningTokens == 8)
        #expect(long.result?.thinkingEndedBy == .budget)
    }

    @Test("a closing text of the request's own is part of the thought up to its tag")
    func ownClosingText() {
        let run = Transcript(Array(repeating: 16, count: 9) + [0], .test(2, closing: " word STOP</think>a"))
        #expect(run.reasoning == "aa word STOP")
        #expect(run.content == String(repeating: "a", count: 8))
        let tagless = Transcript(Array(repeating: 16, count: 9) + [0], .test(2, closing: "word "))
        #expect(tagless.reasoning == "aaword")
        #expect(tagless.content == String(repeating: "a", count: 7))
    }

    @Test("a stop token ends the request inside a thought too")
    func stopInThought() {
        let run = Transcript([16, 16, 0, 16], .test(10))
        #expect(run.result?.finishReason == .stop)
        #expect(run.result?.reasoningTokens == 3)
        #expect(run.reasoning == "aa")
        #expect(run.content.isEmpty)
    }

    @Test("a tool call inside a thought ends the thought")
    func toolCall() {
        let run = Transcript(tokens("a <TOOLCALL>a") + [0], .test(nil))
        #expect(run.reasoning == "a")
        #expect(run.content == "<TOOLCALL>a")
        #expect(run.result?.thinkingEndedBy == .toolCall)
    }

    @Test("a thought opened in the answer is no answer, and without thinking it is closed at once")
    func reopened() {
        let open = Transcript(tokens("a</think>word <think>a</think>\na") + [0], .test(nil))
        #expect(open.reasoning == "a\n\na")
        #expect(open.content == "word a")
        let off = Transcript(tokens("word <think>") + [16, 0], thinking: false, .test(nil))
        #expect(off.reasoning.isEmpty)
        #expect(off.content == "word a")
        #expect(off.result?.reasoningTokens == 0)
        #expect(off.result?.thinkingEndedBy == .disabled)
    }

    @Test("stop strings act on the answer only, across tokens, and are not part of it")
    func stopStrings() {
        let run = Transcript(tokens("STOP</think>a") + [23, 24, 16], .test(nil), stops: ["STOP"])
        #expect(run.reasoning == "STOP")
        #expect(run.content == "a")
        #expect(run.result?.finishReason == .stop)
    }

    /// What the two texts must be, computed from the whole output at once.
    private func expected(_ bytes: [UInt8], thinking: Bool) -> (reasoning: String, content: String) {
        var scanner = TagScanner(channel: thinking ? .thought : .answer)
        var text = OutputText(stops: [])
        let deltas = [text.append(scanner.feed(bytes)), text.append(scanner.flush()), text.finish()]
        return (deltas.map(\.reasoning).joined(), deltas.map(\.content).joined())
    }

    @Test("ten thousand random outputs: the bound holds, the sum adds up, no tag in either text", arguments: 0..<20)
    func randomized(block: Int) {
        for index in 0..<500 {
            var random = TestRandom(block * 500 + index)
            let budget: Int? = Bool.random(using: &random) ? Int.random(in: 1...64, using: &random) : nil
            let grace = Bool.random(using: &random) ? Int.random(in: 0...8, using: &random) : 0
            let limits = ThinkingLimits.test(budget, grace: grace, limit: Int.random(in: 16...120, using: &random))
            let thinking = limits.leavesRoomToThink && Int.random(in: 0..<5, using: &random) > 0
            let tags = Bool.random(using: &random)
            let sampled = (0..<200).map { _ in
                let last = Int32(TestVocabulary.pieces.count)
                return tags || Int.random(in: 0..<30, using: &random) == 0
                    ? Int32.random(in: (index % 3 == 0 ? 0 : 1)..<last, using: &random)
                    : Int32.random(in: 16...21, using: &random)
            }
            let run = Transcript(sampled, thinking: thinking, limits)
            guard let result = run.result else { continue }
            #expect(result.reasoningTokens <= (thinking ? (budget ?? .max - grace) + grace : 0))
            #expect(result.completionTokens <= limits.completionLimit)
            #expect(
                result.reasoningTokens + result.forcedTokens + result.answerTokens == result.completionTokens
            )
            for text in [run.reasoning, run.content] { #expect(!text.contains("</think>")) }
            #expect(!run.content.contains("<think>"))
            if result.finishReason == .length, result.thinkingEndedBy == .reserve || result.thinkingEndedBy == .budget {
                #expect(result.answerTokens >= 1)
            }
        }
    }

    @Test("deltas joined are the bodies, however the same bytes were tokenized", arguments: 0..<200)
    func tokenization(seed: Int) {
        var random = TestRandom(seed)
        let bytes = TestVocabulary.bytes(
            (0..<40).map { _ in Int32.random(in: 2..<Int32(TestVocabulary.pieces.count), using: &random) }
        )
        let whole = expected(bytes, thinking: true)
        var scanner = TagScanner(channel: .thought)
        var text = OutputText(stops: [])
        var reasoning = ""
        var content = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...5, using: &random))
            rest = rest.dropFirst(piece.count)
            let delta = text.append(scanner.feed(piece))
            reasoning += delta.reasoning
            content += delta.content
        }
        for delta in [text.append(scanner.flush()), text.finish()] {
            reasoning += delta.reasoning
            content += delta.content
        }
        #expect(reasoning == whole.reasoning)
        #expect(content == whole.content)
    }
}
