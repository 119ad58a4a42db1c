/// Hybrids beside transformers of equal size, as text and as JSON.
struct HybridReport: Equatable, Sendable {
    var rows: [HybridRow]
    var threadCount: Int
    var kernels: String

    /// A row of each of two shapes at the same context.
    struct Comparison: Equatable, Sendable {
        var hybrid: HybridRow
        var transformer: HybridRow

        /// The hybrid's tokens a second over the transformer's; `nil` where one was not measured.
        var speed: Double? {
            guard let fast = hybrid.result, let slow = transformer.result else { return nil }
            return fast.tokensPerSecond / slow.tokensPerSecond
        }

        /// The same, each divided by the rate of plain reads around it: that of shared machines changes within minutes.
        var steadySpeed: Double? {
            guard let fast = hybrid.result, let slow = transformer.result else { return nil }
            return (fast.tokensPerSecond / fast.readBytesPerSecond) / (slow.tokensPerSecond / slow.readBytesPerSecond)
        }

        /// What the speed would be if both ran at the rate of memory.
        var speedOfMemory: Double { transformer.bytesPerToken / hybrid.bytesPerToken }
    }

    /// Each pair at each context, as far as both are there.
    func comparisons(_ pair: HybridPair) -> [Comparison] {
        rows.filter { $0.shape == pair.hybrid }.compactMap { hybrid in
            rows.first { $0.shape == pair.transformer && $0.context == hybrid.context }.map {
                Comparison(hybrid: hybrid, transformer: $0)
            }
        }
    }

    /// What was measured, then what that means for each pair.
    var table: String {
        let weights = rows.first?.weights ?? "no"
        let title =
            "\(weights) weights, bf16 keys and values, \(threadCount) threads, \(kernels) kernels; 1 GB = 10^9 bytes\n\n"
        let header = [
            "shape", "context", "state GB", "KV GB", "sequence GB", "with 1 GB", "with \(HybridRow.crowd) GB",
            "tokens/s", "of limit", "RSS GB",
        ]
        let lines = rows.map { row in
            [
                row.shape, "\(row.context)", Self.gigabytes(row.stateBytes), Self.gigabytes(row.cacheBytes),
                Self.gigabytes(row.sequenceBytes), Self.gigabytes(row.memoryBytes(sequences: 1)),
                Self.gigabytes(row.memoryBytes(sequences: HybridRow.crowd)),
                row.result.map { Self.short($0.tokensPerSecond) } ?? "does not fit",
                row.result.map { Self.percent($0.fractionOfLimit) } ?? "-",
                row.result.map { Self.gigabytes($0.residentBytes) } ?? "-",
            ]
        }
        return title + BudgetReport.aligned([header] + lines) + "\n" + BudgetReport.aligned(comparisonLines)
    }

    private var comparisonLines: [[String]] {
        let header = [
            "hybrid over transformer", "context", "sequence", "with 1", "with \(HybridRow.crowd)", "tokens/s",
            "at equal read rate", "by bytes read",
        ]
        let lines = HybridPair.allCases.flatMap { pair in
            comparisons(pair).map { both in
                let (hybrid, transformer) = (both.hybrid, both.transformer)
                func share(_ bytes: (HybridRow) -> Int) -> String {
                    Self.percent(Double(bytes(hybrid)) / Double(bytes(transformer)))
                }
                return [
                    pair.rawValue, "\(hybrid.context)", share(\.sequenceBytes), share { $0.memoryBytes(sequences: 1) },
                    share { $0.memoryBytes(sequences: HybridRow.crowd) },
                    both.speed.map { Self.short($0) + " x" } ?? "-",
                    both.steadySpeed.map { Self.short($0) + " x" } ?? "-", Self.short(both.speedOfMemory) + " x",
                ]
            }
        }
        return [header] + lines
    }

    /// One object a line.
    var jsonLines: String { rows.map(\.json).joined() }

    /// Gigabytes of 10^9 bytes.
    static func gigabytes(_ bytes: Int) -> String { short(Double(bytes) / 1e9) }

    /// Three digits that count, or two decimals.
    static func short(_ number: Double) -> String {
        if number >= 99.95 { return "\(Int(number.rounded()))" }
        if number >= 9.995 { return BudgetReport.decimal(number) }
        let hundredths = Int((number * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
