import OrderedJSON

/// `repetition_detection`, as vLLM has it: a completion that repeats a pattern of tokens is cut off.
package struct RepetitionOptions: Sendable, Equatable {
    /// How many tokens a pattern has, from `min_pattern_size` to `max_pattern_size`.
    package let sizes: ClosedRange<Int>
    /// `min_count`: how many times in a row are too many.
    package let count: Int

    /// The longest pattern that is looked for; each length costs a look at every token.
    static let maxPatternSize: Int64 = 256
    /// The most times in a row that can be asked for.
    static let maxCount: Int64 = 1024

    static let table = ParameterTable([
        .built("max_pattern_size", .integer(0...maxPatternSize, note: "0 looks for nothing")),
        .built("min_pattern_size", .integer(0...maxPatternSize, note: "0 is 1")),
        .built("min_count", .integer(0...maxCount)),
    ])

    /// Takes what the table accepted; `nil` if nothing is looked for.
    ///
    /// - Throws: `APIError` that names a number which does not go with the others.
    init?(_ fields: JSONValue?) throws(APIError) {
        let largest = fields?["max_pattern_size"]?.integer ?? 0
        let smallest = max(1, fields?["min_pattern_size"]?.integer ?? 0)
        let count = fields?["min_count"]?.integer ?? 0
        guard largest > 0 else { return nil }
        guard smallest <= largest else {
            throw Self.refusal("min_pattern_size", "may be at most 'max_pattern_size' (\(largest)) but was \(smallest)")
        }
        guard count >= 2 else {
            throw Self.refusal("min_count", "must be at least 2 where patterns are looked for, but was \(count)")
        }
        sizes = smallest...largest
        self.count = count
    }

    private static func refusal(_ member: String, _ rule: String) -> APIError {
        let name = "repetition_detection.\(member)"
        return .invalidRequest("'\(name)' \(rule).", param: name, code: "invalid_value")
    }
}
