import Engine
import Foundation
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
