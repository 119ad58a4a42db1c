import RealModule

/// Draws tokens from rows of logits; keeps its scratch between calls.
package struct Sampler {
    private struct Candidate {
        let token: Int32
        let weight: Double
    }

    private var weights: [Double] = []
    private var candidates: [Candidate] = []

    package init() {}

    /// Draws a token.
    ///
    /// Temperature first, then `topK`, then `topP`, as the field's servers do. Ties go to the lower id.
    ///
    /// - Parameters:
    ///   - logits: One row, `[vocabulary]`.
    ///   - parameters: How to draw.
    ///   - position: How many tokens of this sequence were sampled before; picks the random number.
    /// - Returns: The token, or `nil` if the row holds no number to choose by.
    package mutating func sample(
        _ logits: UnsafeBufferPointer<Float>,
        _ parameters: SamplingParameters,
        position: Int
    ) -> Int32? {
        guard let best = Sampler.argmax(logits) else { return nil }
        guard parameters.temperature > 0, parameters.topK != 1 else { return Int32(best) }
        let total = weigh(logits, largest: Double(logits[best]), parameters.temperature)
        let point = CounterRandom.uniform(seed: parameters.seed, position: position)
        if parameters.topK == 0 && parameters.topP >= 1 {
            return draw(point * total) ?? Int32(best)
        }
        return drawFromBest(parameters, total: total, point: point) ?? Int32(best)
    }

    /// The index of the largest number; NaN never wins.
    package static func argmax(_ logits: UnsafeBufferPointer<Float>) -> Int? {
        var best: Int?
        var largest = -Float.infinity
        for index in logits.indices where logits[index] > largest {
            largest = logits[index]
            best = index
        }
        return best
    }

    /// Fills `weights` with `exp((logit - largest) / temperature)` and returns their sum.
    private mutating func weigh(
        _ logits: UnsafeBufferPointer<Float>,
        largest: Double,
        _ temperature: Double
    ) -> Double {
        weights.removeAll(keepingCapacity: true)
        weights.reserveCapacity(logits.count)
        var total = 0.0
        for logit in logits {
            // Of two infinities the difference is NaN, which stands for no weight unless it is the largest itself.
            let distance = Double(logit) == largest ? 0 : (Double(logit) - largest) / temperature
            let weight = distance > -700 ? Double.exp(distance) : 0
            weights.append(weight)
            total += weight
        }
        return total
    }

    private func draw(_ point: Double) -> Int32? {
        var sum = 0.0
        for index in weights.indices {
            sum += weights[index]
            if sum > point { return Int32(index) }
        }
        return weights.lastIndex { $0 > 0 }.map(Int32.init)
    }

    private mutating func drawFromBest(_ parameters: SamplingParameters, total: Double, point: Double) -> Int32? {
        // Tokens below this weight cannot be in the nucleus: all of them together do not reach 1 - topP.
        let floor = parameters.topP < 1 ? (1 - parameters.topP) * total / Double(weights.count) : 0
        candidates.removeAll(keepingCapacity: true)
        for index in weights.indices where weights[index] > 0 && (parameters.topK > 0 || weights[index] >= floor) {
            candidates.append(Candidate(token: Int32(index), weight: weights[index]))
        }
        candidates.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.token < $1.token }
        if parameters.topK > 0, candidates.count > parameters.topK {
            candidates.removeLast(candidates.count - parameters.topK)
        }
        let mass = parameters.topK > 0 ? candidates.reduce(0) { $0 + $1.weight } : total
        var kept = 0.0
        var count = 0
        while count < candidates.count, count == 0 || kept < parameters.topP * mass {
            kept += candidates[count].weight
            count += 1
        }
        var sum = 0.0
        for candidate in candidates.prefix(count) {
            sum += candidate.weight
            if sum > point * kept { return candidate.token }
        }
        return candidates.prefix(count).last?.token
    }
}
