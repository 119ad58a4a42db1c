/// Why no settings can be made of file, environment and flags.
enum SettingsError: Error, Equatable, Sendable {
    /// The file could not be read.
    case unreadable(path: String, reason: String)
    /// The file is not YAML.
    case invalidYAML(SettingOrigin, problem: String)
    /// The whole file, or a section of it, is not a mapping of keys to values.
    case notAMapping(SettingOrigin, key: String?)
    /// There is no such key, or no such variable; the nearest that exists may be meant.
    case unknownKey(SettingOrigin, key: String, suggestion: String?)
    /// The key stands twice in the same mapping.
    case duplicateKey(SettingOrigin, key: String)
    /// The value is of the wrong kind or out of range.
    case invalidValue(SettingOrigin, key: String, value: SettingValue, expected: String)
    /// A key is set that means nothing without another one; the origin is its own.
    case incomplete(SettingOrigin?, key: String, needs: String)
    /// Two values that cannot be together; the origin is that of the first, if it was written at all.
    case contradiction(SettingOrigin?, key: String, value: Int, rule: String, other: String, otherValue: Int)
}

extension SettingsError {
    /// The error as the command reports it: flags are usage, everything else is configuration.
    var failure: CommandFailure {
        if case .flag = origin { .badUsage(message) } else { .badConfiguration(message) }
    }

    private var origin: SettingOrigin? {
        switch self {
        case .unreadable: nil
        case .invalidYAML(let origin, _), .notAMapping(let origin, _), .unknownKey(let origin, _, _),
            .duplicateKey(let origin, _), .invalidValue(let origin, _, _, _):
            origin
        case .contradiction(let origin, _, _, _, _, _): origin
        case .incomplete(let origin, _, _): origin
        }
    }

    /// One sentence that names the place and says what to do.
    var message: String {
        switch self {
        case .unreadable(let path, let reason):
            return "cannot read the configuration \(path): \(reason)"
        case .invalidYAML(let origin, let problem):
            return "\(origin): this is not YAML: \(problem)"
        case .notAMapping(let origin, let key?):
            return "\(origin): \(key) must be a section of keys, each on a line of its own below it"
        case .notAMapping(let origin, nil):
            return "\(origin): the configuration must consist of sections such as 'server:'"
        case .unknownKey(let origin, let key, let suggestion):
            let advice = suggestion.map { "did you mean \($0)?" } ?? "Config/actuary.yaml lists what there is"
            if case .file = origin { return "\(origin): unknown key \(key); \(advice)" }
            return "unknown \(origin); \(advice)"
        case .duplicateKey(let origin, let key):
            return "\(origin): \(key) is set twice; remove one of the two"
        case .invalidValue(let origin, let key, let value, let expected):
            let place = if case .file = origin { "\(origin): \(key)" } else { "\(origin)" }
            // The commonest case of a wrong kind: the value would do as a number.
            let isQuotedNumber = if case .text(let text) = value { Double(text) != nil } else { false }
            return "\(place) is \(value.quoted), but must be \(expected)" + (isQuotedNumber ? ", without quotes" : "")
        case .incomplete(let origin, let key, let needs):
            let place = origin.map { "\($0): " } ?? ""
            return "\(place)\(key) is set, but \(needs) is not; give both or neither"
        case .contradiction(let origin, let key, let value, let rule, let other, let otherValue):
            let place = origin.map { "\($0): " } ?? ""
            return "\(place)\(key) is \(value), but must be \(rule) \(other), which is \(otherValue)"
        }
    }
}
