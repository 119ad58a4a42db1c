/// The words of `thinking.type`.
enum ThinkingType: String, CaseIterable {
    case enabled
    case disabled
    /// As far as the model wants: it thinks, and names no bound.
    case adaptive
    /// Whether it thinks is left to the other sources.
    case auto

    var thinks: Bool? {
        switch self {
        case .enabled, .adaptive: true
        case .disabled: false
        case .auto: nil
        }
    }
}
