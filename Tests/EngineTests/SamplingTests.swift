import Engine
import Foundation
import Grammar
import Testing

@Suite struct SamplerTests {
    private func draw(_ logits: [Float], _ parameters: SamplingParameters, position: Int = 0) -> Int32? {
        var sampler = Sampler()
        return logits.withUnsafeBufferPointer { sampler.sample($0, parameters, position: position) }
    }

    @Test("temperature 0 takes the likeliest token, the first of equals, and never NaN")
    func greedy() {
        let greedy = SamplingParameters(temperature: 0)
        #expect(draw([1, 3, 3, 2], greedy) == 1)
        #expect(draw([.nan, 1, .nan], greedy) == 1)
        #expect(draw([.nan, .nan], greedy) == nil)
        #expect(draw([-.infinity, -.infinity], greedy) == nil)
    }

    @Test("tokens are drawn as often as their probability says")
    func frequencies() {
        let weights: [Double] = [0.5, 0.3, 0.15, 0.05]
        let logits: [Float] = [0, -0.5108256, -1.2039728, -2.3025851]
        var counts = [0, 0, 0, 0]
        for position in 0..<20_000 {
            if let token = draw(logits, SamplingParameters(seed: 7), position: position) { counts[Int(token)] += 1 }
        }
        for (count, weight) in zip(counts, weights) { #expect(abs(Double(count) / 20_000 - weight) < 0.015) }
    }

    @Test("top p keeps the smallest set that reaches it, top k that many", arguments: 0..<200)
    func nucleus(position: Int) {
        let logits: [Float] = [-2.3025851, -0.5108256, 0, -1.2039728]
        #expect(draw(logits, SamplingParameters(topP: 0.45, seed: 1), position: position) == 2)
        #expect([1, 2].contains(draw(logits, SamplingParameters(topP: 0.6, seed: 1), position: position)))
        #expect([1, 2].contains(draw(logits, SamplingParameters(topK: 2, seed: 1), position: position)))
        #expect(draw(logits, SamplingParameters(topP: 0.5, topK: 2, seed: 1), position: position) == 2)
        #expect(draw(logits, SamplingParameters(topK: 1, seed: 1), position: position) == 2)
    }

    @Test("a huge spread or infinities do not break the draw")
    func extremes() {
        #expect(draw([0, 1e30, -1e30], SamplingParameters(temperature: 2, topP: 0.9, seed: 3)) == 1)
        #expect(draw([.infinity, 0], SamplingParameters(temperature: 0.5, seed: 3)) == 0)
        #expect(draw([0, 0.1], SamplingParameters(temperature: 1e-9, seed: 3)) == 1)
    }

    @Test("numbers depend on seed and position only, and choices differ")
    func seeds() {
        #expect(CounterRandom.uniform(seed: 1, position: 5) == CounterRandom.uniform(seed: 1, position: 5))
        #expect(CounterRandom.uniform(seed: 1, position: 5) != CounterRandom.uniform(seed: 2, position: 5))
        let parameters = SamplingParameters(seed: 9)
        #expect(parameters.forChoice(0) == parameters)
        #expect(Set((0..<16).map { parameters.forChoice($0).seed }).count == 16)
    }
}

@Suite struct StopMatcherTests {
    /// Feeds a text in pieces and returns what came out and whether it was stopped.
    private func run(_ text: [Character], stops: [String], random: inout TestRandom) -> (String, Bool) {
        var matcher = StopMatcher(stops)
        var output = ""
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...3, using: &random))
            rest = rest.dropFirst(piece.count)
            let (sent, isStopped) = matcher.feed(String(piece))
            output += sent
            if isStopped { return (output, true) }
        }
        return (output + matcher.flush(), false)
    }

    @Test("any split gives the text before the stop string that is complete first", arguments: 0..<300)
    func splits(seed: Int) {
        var random = TestRandom(seed)
        let alphabet: [Character] = ["a", "b", "é"]
        let text = (0..<20).compactMap { _ in alphabet.randomElement(using: &random) }
        let stops = ["ab", "ba" + "é", "ééa", "bbbb"].shuffled(using: &random).prefix(2)
        // The oracle: the shortest beginning of the text that ends in a stop string.
        var expected = (String(text), false)
        for count in 1...text.count {
            let beginning = String(text.prefix(count))
            if let stop = stops.filter({ beginning.hasSuffix($0) }).max(by: { $0.utf8.count < $1.utf8.count }) {
                expected = (String(beginning.dropLast(stop.count)), true)
                break
            }
        }
        let result = run(text, stops: Array(stops), random: &random)
        #expect(result == expected)
    }

    @Test("what cannot become a stop string is sent at once")
    func promptness() {
        var matcher = StopMatcher(["STOP"])
        #expect(matcher.feed("xS") == ("x", false))
        #expect(matcher.feed("Sx") == ("SSx", false))
        #expect(matcher.feed("ST") == ("", false))
        #expect(matcher.flush() == "ST")
    }
}

@Suite struct SamplerWeightTests {
    @Test("draws follow the softmax, whatever the row's length and the temperature", arguments: [0.5, 1, 1.7])
    func distribution(temperature: Double) {
        var random = TestRandom(3)
        let logits = (0..<37).map { _ in Float.random(in: -4...4, using: &random) }
        let exact = logits.map { exp(Double($0) / temperature) }
        let total = exact.reduce(0, +)
        var counts = Array(repeating: 0, count: logits.count)
        var sampler = Sampler()
        let draws = 60_000
        for position in 0..<draws {
            let parameters = SamplingParameters(temperature: temperature, seed: 11)
            let token = logits.withUnsafeBufferPointer { sampler.sample($0, parameters, position: position) }
            counts[Int(token ?? 0)] += 1
        }
        for (count, weight) in zip(counts, exact) {
            let expected = weight / total * Double(draws)
            #expect(abs(Double(count) - expected) < 5 * expected.squareRoot() + 5)
        }
    }

    @Test("infinities and NaN: the largest wins, and NaN has no weight")
    func extremes() {
        var sampler = Sampler()
        let row: [Float] = [.nan, -.infinity, 3, .infinity, .nan] + Array(repeating: 2, count: 30)
        for position in 0..<50 {
            let token = row.withUnsafeBufferPointer {
                sampler.sample($0, SamplingParameters(temperature: 1, seed: 5), position: position)
            }
            #expect(token == 3)
        }
        let nothing = [Float](repeating: .nan, count: 20)
        #expect(nothing.withUnsafeBufferPointer { sampler.sample($0, SamplingParameters(), position: 0) } == nil)
    }

    @Test("the best k are those of a full sort, ties by lower id")
    func best() {
        var random = TestRandom(8)
        var sampler = Sampler()
        let logits = (0..<5_000).map { _ in Float(Int.random(in: 0...300, using: &random)) / 40 }
        let order = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
        for k in [2, 40, 700] {
            let allowed = Set(order.prefix(k).map(Int32.init))
            for position in 0..<300 {
                let parameters = SamplingParameters(temperature: 1.5, topK: k, seed: 2)
                let token = logits.withUnsafeBufferPointer { sampler.sample($0, parameters, position: position) }
                #expect(allowed.contains(token ?? -1))
            }
        }
    }
}

/// What changes logits and endings of one sequence, told token by token.
@Suite struct DecodingSequenceTests {
    private func request(_ edit: (inout GenerationRequest) -> Void) -> GenerationRequest {
        var request = GenerationRequest(
            prompt: [5, 16],
            startsThinking: false,
            limits: .test(nil, limit: 20),
            sampling: SamplingParameters(temperature: 0)
        )
        edit(&request)
        return request
    }

    /// Draws from the same logits until the sequence ends or so many tokens are drawn.
    private func run(
        _ logits: [Int: Float],
        count: Int = 20,
        _ edit: (inout GenerationRequest) -> Void
    ) -> (tokens: [Int32], progress: [ChoiceProgress], result: ChoiceResult?) {
        var sequence = DecodingSequence(RequestID(1), choice: 0, request(edit))
        var sampler = Sampler()
        let row = TestVocabulary.pieces.indices.map { logits[$0] ?? 0 }
        var tokens: [Int32] = []
        var told: [ChoiceProgress] = []
        for _ in 0..<count {
            let token = row.withUnsafeBufferPointer { sequence.draw($0, &sampler, vocabulary: TestVocabulary()) }
            tokens.append(token ?? -1)
            let progress = sequence.append(token ?? 0, vocabulary: TestVocabulary())
            if let one = sequence.takeUntold(progress) { told.append(one) }
            if let result = progress.result { return (tokens, told, result) }
        }
        return (tokens, told, nil)
    }

    @Test("presence counts once, frequency each time, both only tokens of the answer")
    func penalties() {
        let logits: [Int: Float] = [16: 3, 17: 2.5, 27: 1.1]
        #expect(run(logits, count: 4) { $0.sampling.presencePenalty = 1 }.tokens == [16, 17, 16, 16])
        #expect(run(logits, count: 6) { $0.sampling.frequencyPenalty = 1 }.tokens == [16, 17, 16, 17, 27, 16])
        #expect(run(logits, count: 3) { $0.sampling.frequencyPenalty = -1 }.tokens == [16, 16, 16])
    }

    @Test("the repetition penalty knows the prompt, divides and multiplies")
    func repetition() {
        #expect(run([16: 3, 17: 2], count: 2) { $0.sampling.repetitionPenalty = 2 }.tokens == [17, 16])
        let negative: [Int: Float] = Dictionary(uniqueKeysWithValues: (0..<37).map { ($0, $0 == 16 ? -1 : -1.5) })
        #expect(run(negative, count: 1) { $0.sampling.repetitionPenalty = 2 }.tokens == [0])
    }

    @Test("a thought is drawn without penalties and biases, the answer behind it with them")
    func thought() {
        let outcome = run([7: 9, 16: 8], count: 3) {
            $0.startsThinking = true
            $0.sampling.logitBias = [7: -100]
        }
        // Token 7 closes the thought.
        #expect(outcome.tokens == [7, 16, 16])
    }

    @Test("biases and allowed tokens decide")
    func biases() {
        #expect(run([16: 3], count: 1) { $0.sampling.logitBias = [16: -100, 17: 100] }.tokens == [17])
        let allowed = TokenMask([17, 18], tokenCount: TestVocabulary.pieces.count)
        #expect(run([16: 3, 18: 1], count: 2) { $0.sampling.allowedTokens = allowed }.tokens == [18, 18])
        #expect(allowed.contains(17) && !allowed.contains(16) && !allowed.contains(-1) && allowed.count == 2)
    }

    @Test("no stop token before the least number of tokens, none of the model's own if they are ignored")
    func stopTokens() {
        let early = run([0: 9, 16: 8]) { $0.ending.minTokens = 3 }
        #expect(early.tokens == [16, 16, 16, 0] && early.result?.stopCause == .model)
        let ignored = run([0: 9]) { $0.ending.ignoresModelStops = true }
        #expect(
            ignored.tokens.count == 20 && ignored.result?.finishReason == .length && ignored.result?.stopCause == nil
        )
        let own = run([16: 9]) { $0.ending.tokens = [16] }
        #expect(own.tokens == [16] && own.result?.stopCause == .token(16) && own.result?.finishReason == .stop)
    }

    @Test("a stop string can be part of the text, counts only behind the least number of tokens, and is told")
    func stopStrings() {
        let cut = run([22: 9]) { $0.ending.strings = ["TO"] }
        #expect(cut.progress.map(\.content).joined() == "S" && cut.result?.stopCause == .string("TO"))
        let whole = run([22: 9]) {
            $0.ending.strings = ["TO"]
            $0.ending.includesString = true
        }
        #expect(whole.progress.map(\.content).joined() == "STO")
        let late = run([22: 9]) {
            $0.ending.strings = ["TO"]
            $0.ending.minTokens = 3
        }
        #expect(late.progress.map(\.content).joined() == "STOPSTOPSTOPS")
    }

    @Test("a pattern that stands at the end too many times in a row cuts the completion off")
    func repetitions() {
        let cut = run([16: 9]) { $0.ending.repetition = RepetitionRule(sizes: 2...3, count: 3) }
        #expect(cut.tokens.count == 6 && cut.result?.finishReason == .length && cut.result?.stopCause == nil)
        let late = run([16: 9]) {
            $0.ending.repetition = RepetitionRule(sizes: 1...1, count: 2)
            $0.ending.minTokens = 5
        }
        #expect(late.tokens.count == 6)
        // The prompt ends in the token that comes, which is no repetition of the completion.
        #expect(run([16: 9]) { $0.ending.repetition = RepetitionRule(sizes: 1...4, count: 4) }.tokens.count == 4)
        let rule = RepetitionRule(sizes: 2...4, count: 2)
        for (tokens, isBroken) in [
            ([1, 2, 1, 2], true), ([9, 1, 2, 3, 1, 2, 3], true), ([1, 2, 3, 1, 2], false), ([1, 1, 2], false),
            ([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], false), ([1, 2, 1, 2, 3], false), ([], false),
        ] as [([Int32], Bool)] {
            #expect(rule.isBroken(by: tokens[...]) == isBroken, "\(tokens)")
        }
    }

    @Test("log-probabilities are those of the row as it came, the likeliest first")
    func logProbabilities() {
        let outcome = run([16: 2, 17: 1], count: 1) {
            $0.reports.alternatives = 3
            $0.sampling.logitBias = [16: -100]
        }
        let total = exp(2.0) + exp(1.0) + Double(TestVocabulary.pieces.count - 2)
        let report = outcome.progress.first?.reports.first
        #expect(report?.token == 17 && report?.origin == .answer)
        #expect(abs(Double(report?.logProbability ?? 0) - log(exp(1.0) / total)) < 1e-5)
        #expect(report?.alternatives.map(\.token) == [16, 17, 0])
        #expect(abs(Double(report?.alternatives.first?.logProbability ?? 0) - log(exp(2.0) / total)) < 1e-5)
    }
}

@Suite struct MinPTests {
    @Test("min p drops what is less likely than a part of the likeliest", arguments: 0..<100)
    func minP(position: Int) {
        var sampler = Sampler()
        let row: [Float] = [0, -0.5, -1.5, -3]
        let token = row.withUnsafeBufferPointer {
            sampler.sample($0, SamplingParameters(minP: 0.5, seed: 4), position: position)
        }
        #expect([0, 1].contains(token))
        let sharp = SamplingParameters(topP: 0.5, minP: 0.5, seed: 4)
        #expect(row.withUnsafeBufferPointer { sampler.sample($0, sharp, position: position) } == 0)
    }
}
