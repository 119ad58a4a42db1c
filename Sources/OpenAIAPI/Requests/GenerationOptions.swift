import OrderedJSON

/// What every request that generates says beside its prompt, whichever endpoint it came to.
package struct GenerationOptions: Sendable, Equatable {
    /// `stream`.
    package var isStreaming: Bool
    /// `stream_options.include_usage`.
    package var includesUsage: Bool
    /// `stream_options.continuous_usage_stats`: whether every event tells the usage so far.
    package var tellsRunningUsage: Bool
    /// `stream_options.include_obfuscation`: whether events are filled up, so that their length tells nothing of the text.
    package var obfuscatesLengths: Bool
    /// `cache_salt` and `prompt_cache_key`: which part of its account's prefix cache the request uses.
    package var cachePartition: String
    /// Where the thought is told.
    package var thought: ThoughtDelivery
    /// `n`.
    package var choiceCount: Int
    /// `max_completion_tokens`, or its older name `max_tokens`.
    package var maxCompletionTokens: Int?
    /// Texts that end the answer; none is empty.
    package var stop: [String]
    /// `service_tier` or `priority`: `default`, `flex` or `priority`.
    package var serviceTier: String
    package var sampling: SamplingOptions
    package var ending: EndingOptions
    package var reports: TokenReportOptions
    package var form: RequestedForm
    package var thinking: ThinkingOptions

    /// The most choices of one request unless the server is set otherwise.
    package static let standardMaxChoices = 16

    /// Takes what a table of `ChatParameters` accepted, and checks what concerns several fields.
    init(_ fields: JSONObject, maxChoices: Int) throws(APIError) {
        isStreaming = fields["stream"]?.bool ?? false
        includesUsage = fields["stream_options"]?["include_usage"]?.bool ?? false
        tellsRunningUsage = fields["stream_options"]?["continuous_usage_stats"]?.bool ?? false
        obfuscatesLengths = fields["stream_options"]?["include_obfuscation"]?.bool ?? false
        cachePartition = Self.cachePartition(fields)
        thought = ThoughtDelivery(fields)
        choiceCount = fields["n"]?.integer ?? 1
        maxCompletionTokens = try Self.completionLimit(fields)
        stop = fields["stop"].map { $0.string.map { [$0] } ?? $0.array?.compactMap(\.string) ?? [] } ?? []
        serviceTier = try Self.serviceTier(fields)
        sampling = SamplingOptions(fields)
        ending = try EndingOptions(fields)
        form = try RequestedForm(fields)
        reports = try TokenReportOptions(fields)
        thinking = try ThinkingOptions(fields)
        guard fields["stream_options"] == nil || isStreaming else {
            throw .invalidRequest(
                "'stream_options' is only allowed together with 'stream': true.",
                param: "stream_options",
                code: "invalid_value"
            )
        }
        if let limit = maxCompletionTokens, ending.minTokens > limit {
            throw .invalidRequest(
                "'min_tokens' (\(ending.minTokens)) is more than the completion may have (\(limit)).",
                param: "min_tokens",
                code: "invalid_value"
            )
        }
        guard choiceCount <= maxChoices else {
            throw .invalidRequest(
                "'n' may be at most \(maxChoices) on this server, but was \(choiceCount).",
                param: "n",
                code: "invalid_value"
            )
        }
    }

    /// Empty if neither field says something.
    private static func cachePartition(_ fields: JSONObject) -> String {
        let names = ["cache_salt", "prompt_cache_key"].map { fields[$0]?.string ?? "" }
        return names.allSatisfy(\.isEmpty) ? "" : JSONValue.array(names.map(JSONValue.string)).text()
    }

    /// The class behind the names that clients know, and behind vLLM's numbers, of which the lower go first.
    private static func serviceTier(_ fields: JSONObject) throws(APIError) -> String {
        let named: String? =
            switch fields["service_tier"]?.string {
            case "flex": "flex"
            case "priority", "fast": "priority"
            default: nil
            }
        let number = fields["priority"]?.integer ?? 0
        let numbered = number == 0 ? nil : number < 0 ? "priority" : "flex"
        if let named, let numbered, named != numbered {
            throw .invalidRequest(
                "'priority' (\(number)) is the class '\(numbered)' and contradicts 'service_tier'; send one of them.",
                param: "priority",
                code: "invalid_value"
            )
        }
        return named ?? numbered ?? "default"
    }

    private static func completionLimit(_ fields: JSONObject) throws(APIError) -> Int? {
        let limit = fields["max_completion_tokens"]?.integer
        let olderName = fields["max_tokens"]?.integer
        if let limit, let olderName, limit != olderName {
            throw .invalidRequest(
                "'max_completion_tokens' (\(limit)) and its older name 'max_tokens' (\(olderName)) differ; send one.",
                param: "max_tokens",
                code: "invalid_value"
            )
        }
        return limit ?? olderName
    }
}
