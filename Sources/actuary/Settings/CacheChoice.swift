import Compute

/// How keys and values are to be kept.
enum CacheChoice: String, CaseIterable, Sendable {
    /// As the weights call for it.
    case auto
    case bfloat16 = "bf16"
    case float32 = "f32"

    /// The format for a model: packed weights have been rounded already, those of a folder are computed with as they are.
    func format(isPacked: Bool) -> CacheFormat {
        switch self {
        case .auto: isPacked ? .bfloat16 : .float32
        case .bfloat16: .bfloat16
        case .float32: .float32
        }
    }
}
