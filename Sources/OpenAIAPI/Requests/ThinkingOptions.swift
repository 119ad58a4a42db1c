import OrderedJSON

/// What the fields of a body say about its thought (DESIGN section 4); `nil` leaves it to weaker sources.
///
/// Fields that contradict each other are answered with 400 when they are read, so that these do not: two different
/// bounds, two different switches, two different efforts, a bound of 0 beside a switch that is on or any other beside one
/// that is off. Clients often send an effort beside a bound or a switch; it is the weakest of the three.
package struct ThinkingOptions: Sendable, Equatable {
    /// The most tokens that are sampled while thinking; 0 switches thinking off.
    package var bound: ThinkingClaim<Int>?
    /// Whether to think at all.
    package var isOn: ThinkingClaim<Bool>?
    package var effort: ThinkingClaim<ReasoningEffort>?
    /// `think_grace`: how many tokens more the thought may take to reach the end of its line.
    package var graceTokens = 0
    /// `think_close_text`: what is fed when a bound is reached.
    package var closingText: String?
    /// `min_answer_tokens`: how many tokens of the completion thinking may not use.
    package var minAnswerTokens: Int?

    package init() {}

    /// Reads the fields that a table with `ThinkingParameters` accepted.
    ///
    /// - Throws: `APIError` that names two fields which contradict each other.
    init(_ fields: JSONObject) throws(APIError) {
        let bound = try Self.agreed(ThinkingParameters.boundPaths, fields) { $0.integer.flatMap { $0 < 0 ? nil : $0 } }
        let isOn = try Self.agreed(ThinkingParameters.switchPaths, fields) {
            $0.bool ?? $0.string.flatMap(ThinkingType.init)?.thinks
        }
        let effort = try Self.agreed(ThinkingParameters.effortPaths, fields) {
            $0.string.flatMap(ReasoningEffort.init)
        }
        if let bound, let isOn, isOn.value != (bound.value > 0) {
            throw .contradiction(bound.source, isOn.source, in: fields)
        }
        if bound == nil, let isOn, let effort, isOn.value, effort.value == .off {
            throw .contradiction(isOn.source, effort.source, in: fields)
        }
        self.bound = bound
        self.isOn = isOn
        self.effort = effort
        graceTokens = fields["think_grace"]?.integer ?? 0
        closingText = try Self.agreed(["think_close_text", "reasoning_budget_message"], fields) { $0.string }?.value
        minAnswerTokens = fields["min_answer_tokens"]?.integer
    }

    /// The first of the paths that says something.
    ///
    /// - Throws: `APIError` if another one says something else.
    private static func agreed<Value: Sendable & Equatable>(
        _ paths: [String],
        _ fields: JSONObject,
        _ read: (JSONValue) -> Value?
    ) throws(APIError) -> ThinkingClaim<Value>? {
        var first: ThinkingClaim<Value>?
        for path in paths {
            guard let sent = fields.value(at: path), let value = read(sent) else { continue }
            guard let known = first else {
                first = ThinkingClaim(value, source: path)
                continue
            }
            guard known.value == value else { throw .contradiction(known.source, path, in: fields) }
        }
        return first
    }
}

extension JSONObject {
    /// The value at a path of names with dots between them.
    fileprivate func value(at path: String) -> JSONValue? {
        let names = path.split(separator: ".").map(String.init)
        return names.dropFirst().reduce(self[names[0]]) { $0?[$1] }
    }
}

extension APIError {
    /// 400: two fields that cannot both be meant.
    fileprivate static func contradiction(_ first: String, _ second: String, in fields: JSONObject) -> APIError {
        let quoted = [first, second].map { path in
            "'\(path)' (\(fields.value(at: path).map(Quotation.of) ?? ""))"
        }
        return .invalidRequest(
            "\(quoted[0]) and \(quoted[1]) contradict each other; send one of them.",
            param: second,
            code: "invalid_value"
        )
    }
}
