import Foundation

/// Logarithms of probabilities under a row of logits as the model gave it: before temperature, penalties and masks.
struct LogProbabilities {
    /// One token's own logarithm and those of the likeliest.
    struct Report: Equatable, Sendable {
        var own: Float
        var likeliest: [(token: Int32, value: Float)] = []

        static func == (one: Report, other: Report) -> Bool {
            one.own == other.own && one.likeliest.elementsEqual(other.likeliest) { $0 == $1 }
        }
    }

    /// - Complexity: Two passes over the row; no sorting but of `count` tokens.
    static func report(
        _ logits: UnsafeBufferPointer<Float>,
        of token: Int32,
        likeliest count: Int
    ) -> Report {
        guard let best = Sampler.argmax(logits) else { return Report(own: -.infinity) }
        let logSum = logits[best] + Float(log(Sampler.exponentialSum(logits, largest: logits[best])))
        var report = Report(own: logits[Int(token)] - logSum)
        report.likeliest = largest(count, of: logits).map { ($0, logits[Int($0)] - logSum) }
        return report
    }

    /// The tokens with the largest logits, likeliest first, equal ones by id.
    private static func largest(_ count: Int, of logits: UnsafeBufferPointer<Float>) -> [Int32] {
        guard count > 0 else { return [] }
        var kept: [Int32] = []
        kept.reserveCapacity(count + 1)
        var floor = -Float.infinity
        for index in logits.indices where logits[index] > floor || kept.count < count && !logits[index].isNaN {
            // In order from the end: most rows put few tokens among the likeliest.
            let place = kept.lastIndex { logits[Int($0)] >= logits[index] }.map { $0 + 1 } ?? 0
            kept.insert(Int32(index), at: place)
            if kept.count > count { kept.removeLast() }
            if kept.count == count { floor = logits[Int(kept[count - 1])] }
        }
        return kept
    }
}
