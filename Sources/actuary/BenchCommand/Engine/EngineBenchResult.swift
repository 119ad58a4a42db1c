import OrderedJSON

/// What a case gave, beside what the machine allowed in the same minutes.
struct EngineBenchResult: Equatable, Sendable {
    var shape: String
    var weights: String
    var measured: EngineBenchCase
    var tokensPerSecond: Double
    /// Of one pass over the weights.
    var secondsPerPass: Double
    var bytesPerToken: Double
    var limitTokensPerSecond: Double
    /// The median over the rounds of rate over limit, each with the limit of its own round.
    var fractionOfLimit: Double
    var readBytesPerSecond: Double
    var operationsPerSecond: Double
    var threadCount: Int
    var residentBytes: Int

    /// The header of the table.
    static let header = [
        "weights", "phase", "batch", "depth", "drafts", "pass ms", "tokens/s", "limit", "of limit", "read GB/s",
        "peak GOP/s", "MB/token", "RSS MB",
    ]

    /// A row of the table.
    var row: [String] {
        [
            weights, measured.phase.rawValue, "\(measured.batch)", "\(measured.depth)", "\(measured.drafts)",
            BudgetReport.decimal(secondsPerPass * 1000), BudgetReport.decimal(tokensPerSecond),
            BudgetReport.decimal(limitTokensPerSecond), BudgetReport.decimal(fractionOfLimit * 100) + " %",
            BudgetReport.decimal(readBytesPerSecond / 1e9), "\(Int(operationsPerSecond / 1e9))",
            BudgetReport.decimal(bytesPerToken / 1e6), "\(residentBytes / 1_000_000)",
        ]
    }

    /// One line of JSON.
    var json: String {
        let object: JSONValue = [
            "shape": .string(shape),
            "weights": .string(weights),
            "phase": .string(measured.phase.rawValue),
            "batch": .integer(Int64(measured.batch)),
            "depth": .integer(Int64(measured.depth)),
            "tokens_per_second": .double(tokensPerSecond),
            "bytes_per_token": .double(bytesPerToken),
            "limit_tokens_per_second": .double(limitTokensPerSecond),
            "fraction_of_limit": .double(fractionOfLimit),
            "read_gb_per_second": .double(readBytesPerSecond / 1e9),
            "rss_bytes": .integer(Int64(residentBytes)),
            "tokens": .integer(Int64(measured.tokens)),
            "threads": .integer(Int64(threadCount)),
            "peak_gop_per_second": .double(operationsPerSecond / 1e9),
            "drafts": .integer(Int64(measured.drafts)),
            "seconds_per_pass": .double(secondsPerPass),
        ]
        return object.text() + "\n"
    }
}
