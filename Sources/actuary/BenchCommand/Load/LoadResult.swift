import OrderedJSON

/// What a run of requests showed.
struct LoadResult: Sendable {
    let load: String
    let seconds: Double
    let samples: [LoadSample]
    /// Of the prompts that arrived beside them.
    let disturbing: [LoadSample]

    var failures: [String] { (samples + disturbing).compactMap(\.failure) }
    private var answered: [LoadSample] { samples.filter { $0.failure == nil } }

    var tokensPerSecond: Double { Double(answered.reduce(0) { $0 + $1.completionTokens }) / seconds }
    var firstTokens: Distribution { Distribution(answered.compactMap(\.timeToFirstToken)) }
    var gaps: Distribution { Distribution(answered.flatMap(\.gaps)) }

    static let header = [
        "load", "requests", "failed", "tokens/s", "ttft p50", "ttft p99", "gap p50", "gap p99", "gap max", "arriving",
    ]

    /// Times in milliseconds.
    var cells: [String] {
        let times = [firstTokens.at(0.5), firstTokens.at(0.99), gaps.at(0.5), gaps.at(0.99), gaps.at(1)]
        return [load, "\(samples.count)", "\(failures.count)", BudgetReport.decimal(tokensPerSecond)]
            + times.map { BudgetReport.decimal($0 * 1000) } + ["\(disturbing.count)"]
    }

    /// One line; times in seconds.
    var json: String {
        let object: JSONValue = [
            "load": .string(load), "seconds": .double(seconds), "requests": .integer(Int64(samples.count)),
            "failed": .integer(Int64(failures.count)), "tokens_per_second": .double(tokensPerSecond),
            "prompt_tokens": .integer(Int64(answered.reduce(0) { $0 + $1.promptTokens })),
            "cached_tokens": .integer(Int64(answered.reduce(0) { $0 + $1.cachedTokens })),
            "time_to_first_token": firstTokens.json, "gap": gaps.json,
            "arriving_prompts": .integer(Int64(disturbing.count)),
            "arriving_tokens": .integer(Int64(disturbing.reduce(0) { $0 + $1.promptTokens })),
            "arriving_time_to_first_token": Distribution(disturbing.compactMap(\.timeToFirstToken)).json,
        ]
        return object.text() + "\n"
    }
}

/// Sorted measurements.
struct Distribution: Equatable, Sendable {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    /// The smallest value that so large a part does not exceed, 0 to 1; 0 if there is none.
    func at(_ part: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let rank = Int((part * Double(sorted.count)).rounded(.up)) - 1
        return sorted.indices.contains(rank) ? sorted[rank] : rank < 0 ? sorted[0] : last
    }

    var json: JSONValue {
        [
            "p50": .double(at(0.5)), "p90": .double(at(0.9)), "p95": .double(at(0.95)), "p99": .double(at(0.99)),
            "max": .double(at(1)), "count": .integer(Int64(sorted.count)),
        ]
    }
}
