import OrderedJSON

/// What a request says about the end of its answer, beside the limits.
package struct EndingOptions: Sendable, Equatable {
    /// `include_stop_str_in_output`.
    package var includesStopString = false
    /// `stop_token_ids`.
    package var stopTokens: [Int] = []
    /// `ignore_eos`: the model's own stop tokens end nothing.
    package var ignoresModelStops = false
    /// `min_tokens`: how many tokens come before a stop token or a stop string counts.
    package var minTokens = 0
    /// `repetition_detection`.
    package var repetition: RepetitionOptions?

    package init() {}

    /// Takes what a table accepted.
    ///
    /// - Throws: `APIError` that names a number of `repetition_detection` which does not go with the others.
    init(_ fields: JSONObject) throws(APIError) {
        includesStopString = fields["include_stop_str_in_output"]?.bool ?? false
        stopTokens = fields["stop_token_ids"]?.array?.compactMap(\.integer) ?? []
        ignoresModelStops = fields["ignore_eos"]?.bool ?? false
        minTokens = fields["min_tokens"]?.integer ?? 0
        repetition = try RepetitionOptions(fields["repetition_detection"])
    }
}
