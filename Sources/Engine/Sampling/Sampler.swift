/// Draws tokens from rows of logits; keeps its scratch between calls.
package struct Sampler {
    private struct Candidate {
        let token: Int32
        let weight: Float
    }

    private var weights: [Float] = []
    private var candidates: [Candidate] = []
    private var row: [Float] = []

    package init() {}

    /// Draws a token from a copy of the row that is changed first.
    package mutating func sample(
        _ logits: UnsafeBufferPointer<Float>,
        _ parameters: SamplingParameters,
        position: Int,
        adjust: (UnsafeMutableBufferPointer<Float>) -> Void
    ) -> Int32? {
        if row.count != logits.count { row = Array(repeating: 0, count: logits.count) }
        var copy = row
        row = []
        defer { row = copy }
        return copy.withUnsafeMutableBufferPointer { buffer in
            _ = buffer.update(from: logits)
            adjust(buffer)
            return sample(UnsafeBufferPointer(buffer), parameters, position: position)
        }
    }

    /// Draws a token.
    ///
    /// Temperature first, then `minP`, then `topK`, then `topP`, as the field's servers do. Ties go to the lower id.
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
        var total = weigh(logits, largest: logits[best], parameters.temperature)
        if parameters.minP > 0 { total = keep(atLeast: Float(parameters.minP)) }
        let point = CounterRandom.uniform(seed: parameters.seed, position: position)
        if parameters.topK == 0 && parameters.topP >= 1 {
            return draw(point * total) ?? Int32(best)
        }
        return drawFromBest(parameters, total: total, point: point) ?? Int32(best)
    }

    /// The index of the largest number, the first of equal ones; NaN never wins.
    package static func argmax(_ logits: UnsafeBufferPointer<Float>) -> Int? {
        let width = Lanes.scalarCount
        let whole = logits.count / width * width
        var largest = Lanes(repeating: -.infinity)
        for start in stride(from: 0, to: whole, by: width) {
            let row = lanes(logits, start)
            largest.replace(with: row, where: row .> largest)
        }
        var most = largest.max()
        for index in whole..<logits.count where logits[index] > most { most = logits[index] }
        return most > -.infinity ? logits.firstIndex(of: most) : nil
    }

    private typealias Lanes = SIMD16<Float>

    private static func lanes(_ logits: UnsafeBufferPointer<Float>, _ start: Int) -> Lanes {
        UnsafeRawBufferPointer(logits)
            .loadUnaligned(fromByteOffset: start * MemoryLayout<Float>.stride, as: Lanes.self)
    }

    /// Fills `weights` with `exp((logit - largest) / temperature)` and returns their sum.
    private mutating func weigh(
        _ logits: UnsafeBufferPointer<Float>,
        largest: Float,
        _ temperature: Double
    ) -> Double {
        if weights.count != logits.count { weights = Array(repeating: 0, count: logits.count) }
        let scale = Float(1 / temperature)
        return weights.withUnsafeMutableBufferPointer { weights in
            var total = 0.0
            // In parts that are still in the first cache when they are added.
            for start in stride(from: 0, to: logits.count, by: 256) {
                let part = start..<min(start + 256, logits.count)
                for index in part { weights[index] = Sampler.weight(logits[index], largest, scale) }
                total += Sampler.sum(weights, part)
            }
            guard largest.isInfinite else { return total }
            for index in logits.indices { weights[index] = logits[index] == largest ? 1 : 0 }
            return Double(weights.count { $0 > 0 })
        }
    }

    /// `exp((logit - largest) * scale)` to within 2 units in the last place; 0 below -86 and for NaN.
    ///
    /// A vocabulary has a hundred thousand tokens, so this is a fair part of a step. Without a call and without a branch
    /// the compiler makes vectors of it, which are eleven times as fast as the library's function.
    @inline(__always)
    private static func weight(_ logit: Float, _ largest: Float, _ scale: Float) -> Float {
        let exponent = (logit - largest) * scale
        let bounded = exponent > -87 ? exponent : -87
        // Adding this rounds to whole numbers, which are then the low bits.
        let rounding: Float = 12_582_912
        let shifted = bounded * 1.442_695 + rounding
        let power = shifted - rounding
        let rest = bounded - power * 0.693_359_4 + power * 2.121_944_4e-4
        var sum = rest * 1.987_569_1e-4 + 1.398_199_9e-3
        sum = sum * rest + 8.333_452e-3
        sum = sum * rest + 4.166_579_6e-2
        sum = sum * rest + 1.666_666_5e-1
        sum = sum * rest + 0.5
        sum = sum * rest * rest + rest + 1
        let bits = Int32(bitPattern: shifted.bitPattern) &- Int32(bitPattern: rounding.bitPattern)
        let scaled = sum * Float(bitPattern: UInt32(bitPattern: (bits &+ 127) &<< 23))
        return exponent >= -86 ? scaled : 0
    }

    /// Drops lighter tokens, the likeliest weighs 1, and returns the sum of the others.
    private mutating func keep(atLeast least: Float) -> Double {
        weights.withUnsafeMutableBufferPointer { weights in
            for index in weights.indices { weights[index] = weights[index] >= least ? weights[index] : 0 }
            return Sampler.sum(weights, 0..<weights.count)
        }
    }

    /// The sum of `exp(logit - largest)`.
    static func exponentialSum(_ logits: UnsafeBufferPointer<Float>, largest: Float) -> Double {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { weights in
            var total = 0.0
            for start in stride(from: 0, to: logits.count, by: 256) {
                let count = min(256, logits.count - start)
                for index in 0..<count { weights[index] = weight(logits[start + index], largest, 1) }
                total += sum(weights, 0..<count)
            }
            return total
        }
    }

    private static func sum(_ weights: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>) -> Double {
        var sums = SIMD4<Double>.zero
        let whole = range.lowerBound + range.count / 4 * 4
        for index in stride(from: range.lowerBound, to: whole, by: 4) {
            let four = SIMD4(weights[index], weights[index + 1], weights[index + 2], weights[index + 3])
            sums += SIMD4<Double>(four)
        }
        return sums.sum() + weights[whole..<range.upperBound].reduce(0) { $0 + Double($1) }
    }

    private func draw(_ point: Double) -> Int32? {
        var sum = 0.0
        for index in weights.indices {
            sum += Double(weights[index])
            if sum > point { return Int32(index) }
        }
        return weights.lastIndex { $0 > 0 }.map(Int32.init)
    }

    private mutating func drawFromBest(_ parameters: SamplingParameters, total: Double, point: Double) -> Int32? {
        // Tokens below this weight cannot be in the nucleus: all of them together do not reach 1 - topP.
        var floor =
            parameters.topP < 1 && parameters.topK == 0
            ? Float((1 - parameters.topP) * total / Double(weights.count)) : 0
        let most = parameters.topK > 0 ? parameters.topK : Int.max
        candidates.removeAll(keepingCapacity: true)
        for index in weights.indices where weights[index] > 0 && weights[index] >= floor {
            candidates.append(Candidate(token: Int32(index), weight: weights[index]))
            guard most < Int.max, candidates.count >= 2 * most + 64 else { continue }
            keepBest(most)
            floor = candidates[candidates.count - 1].weight
        }
        keepBest(most)
        let mass = parameters.topK > 0 ? candidates.reduce(0) { $0 + Double($1.weight) } : total
        var kept = 0.0
        var count = 0
        while count < candidates.count, count == 0 || kept < parameters.topP * mass {
            kept += Double(candidates[count].weight)
            count += 1
        }
        var sum = 0.0
        for candidate in candidates.prefix(count) {
            sum += Double(candidate.weight)
            if sum > point * kept { return candidate.token }
        }
        return candidates.prefix(count).last?.token
    }

    private mutating func keepBest(_ count: Int) {
        candidates.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.token < $1.token }
        if candidates.count > count { candidates.removeLast(candidates.count - count) }
    }
}
